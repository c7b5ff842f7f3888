// Which of the page's views is shown: the conversation, or the plugins at `#plugins` and `#plugins=ID`.

import {signal} from '@preact/signals';

export type View = {name: 'talk'} | {name: 'plugins'; id: string};

export const view = signal<View>({name: 'talk'});

export const pluginsAddress = (id = ''): string => id ? `#plugins=${encodeURIComponent(id)}` : '#plugins';

function pluginInAddress(): string | null {
  const match = /^#plugins(?:=([\w.%~-]+))?$/.exec(location.hash);
  try {
    return match && decodeURIComponent(match[1] ?? '');
  } catch {
    return null;
  }
}

/** Takes what the address says. False: it does not speak of plugins. */
export function followPlugins(): boolean {
  const id = pluginInAddress();
  if (id === null) return false;
  view.value = {name: 'plugins', id};
  return true;
}

export function openPlugins(id = ''): void {
  if (location.hash !== pluginsAddress(id)) history.pushState(null, '', pluginsAddress(id));
  view.value = {name: 'plugins', id};
}

/** The address is the caller's matter. */
export function showTalk(): void {
  if (view.peek().name !== 'talk') view.value = {name: 'talk'};
}
