// Which of the page's views is shown: the conversation, or one of the places `#plugins`, `#skills` and `#clawhub`, where
// `#plugins=ID` and `#skills=NAME` are one of what is there.

import {signal} from '@preact/signals';

export type Place = 'plugins' | 'skills' | 'clawhub';
export type View = {name: 'talk'} | {name: Place; id: string};

export const view = signal<View>({name: 'talk'});

const placeAddress = (name: Place, id: string): string => id ? `#${name}=${encodeURIComponent(id)}` : `#${name}`;
export const pluginsAddress = (id = ''): string => placeAddress('plugins', id);
export const skillsAddress = (id = ''): string => placeAddress('skills', id);
export const clawhubAddress = (): string => placeAddress('clawhub', '');

function placeInAddress(): View | null {
  const match = /^#(plugins|skills|clawhub)(?:=(.+))?$/.exec(location.hash);
  try {
    return match && {name: match[1] as Place, id: decodeURIComponent(match[2] ?? '')};
  } catch {
    return null;
  }
}

/** Takes what the address says. False: it does not speak of a place. */
export function followPlace(): boolean {
  const place = placeInAddress();
  if (!place) return false;
  view.value = place;
  return true;
}

function open(name: Place, id: string): void {
  const address = placeAddress(name, id);
  if (location.hash !== address) history.pushState(null, '', address);
  view.value = {name, id};
}
export const openPlugins = (id = ''): void => open('plugins', id);
export const openSkills = (id = ''): void => open('skills', id);
export const openClawhub = (): void => open('clawhub', '');

/** The address is the caller's matter. */
export function showTalk(): void {
  if (view.peek().name !== 'talk') view.value = {name: 'talk'};
}
