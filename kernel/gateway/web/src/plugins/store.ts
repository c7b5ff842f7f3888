// The plugins as the gateway knows them, and what a person does to them. Asked again while the view is open.

import {signal} from '@preact/signals';
import {actOnPlugin, ApiError, getPluginLog, getPlugins, putPluginConfig, rescanPlugins, type PluginAction, type Refusal} from '../api.ts';
import {say, unauthorized} from '../notices.ts';
import {readLog, readPlugins, type JsonObject, type Plugin} from './shapes.ts';

const kEveryMs = 4000;
const kLogLines = 200;
const kDone: Record<PluginAction, string> = {enable: 'is on', disable: 'is off', reload: 'was reloaded', restart: 'was restarted'};

export const plugins = signal<readonly Plugin[] | null>(null);
export const problem = signal('');
/** "ID action" of what is under way, else ''. One thing at a time. */
export const busy = signal('');

let timer = 0;
let asked = 0; // an answer that another question has overtaken is not shown

export async function refresh(): Promise<void> {
  const mine = ++asked;
  try {
    const read = readPlugins(await getPlugins());
    if (mine !== asked) return;
    plugins.value = read.plugins;
    problem.value = '';
  } catch (error) {
    if (mine !== asked) return;
    problem.value = explain(error);
  }
}

function explain(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) unauthorized();
  if (error instanceof ApiError && error.status === 404) return 'This gateway does not show its plugins here.';
  return error instanceof Error ? error.message : String(error);
}

/** Until the returned function is called. */
export function watch(): () => void {
  const again = async (): Promise<void> => {
    if (document.visibilityState === 'visible' && !busy.peek()) await refresh();
    timer = setTimeout(() => void again(), kEveryMs);
  };
  clearTimeout(timer);
  let stopped = false;
  void refresh().then(() => {
    if (!stopped) timer = setTimeout(() => void again(), kEveryMs);
  });
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function during(what: string, action: () => Promise<void>): Promise<string> {
  if (busy.value) return 'Something else is still under way.';
  busy.value = what;
  try {
    await action();
    return '';
  } catch (error) {
    return explain(error);
  } finally {
    busy.value = '';
    await refresh();
  }
}

/** '' when it was done, else why not. */
export async function act(plugin: Plugin, action: PluginAction): Promise<string> {
  const why = await during(`${plugin.id} ${action}`, () => actOnPlugin(plugin.id, action));
  if (!why) say(`${plugin.name} ${kDone[action]}.`);
  return why;
}

export async function rescan(): Promise<void> {
  const why = await during('rescan', rescanPlugins);
  say(why || 'Looked for plugins again.');
}

export async function save(plugin: Plugin, config: JsonObject): Promise<{why: string; refusals: readonly Refusal[]}> {
  let refusals: readonly Refusal[] = [];
  const why = await during(`${plugin.id} save`, async () => {
    try {
      await putPluginConfig(plugin.id, config);
    } catch (error) {
      if (error instanceof ApiError) refusals = error.refusals;
      throw error;
    }
  });
  if (!why) say(`The settings of ${plugin.name} are saved.`);
  return {why, refusals};
}

export async function logOf(id: string): Promise<{lines: string[]; why: string}> {
  try {
    return {lines: readLog(await getPluginLog(id, kLogLines)), why: ''};
  } catch (error) {
    return {lines: [], why: explain(error)};
  }
}
