// Lines for the log of the plugin that runs; where none does, for the process's own.

import { hostRuntime } from './host.js';
import type { Json } from './values.js';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type Log = (message: string, meta?: Json) => void;

function write(level: (typeof LEVELS)[number], line: string, meta?: Json): void {
  const text = meta === undefined || Object.keys(meta).length === 0 ? line : `${line} ${JSON.stringify(meta)}`;
  const method = level === 'trace' ? 'debug' : level === 'fatal' ? 'error' : level;
  try {
    hostRuntime('log').logging.getChildLogger()[method](text);
  } catch {
    console[method](text); // a line of the process
  }
}

export function createSubsystemLogger(name: string): Json {
  const subsystem = name.trim();
  const levels = Object.fromEntries(LEVELS.map((level) => [level, ((message, meta) => write(level, `[${subsystem}] ${message}`, meta)) as Log]));
  return { subsystem, isEnabled: (level: string) => LEVELS.indexOf(level as 'info') >= 2 || shouldLogVerbose(), ...levels,
    raw: (message: string) => write('info', message), child: (part: string) => createSubsystemLogger(`${subsystem}/${part}`) };
}

export function shouldLogVerbose(): boolean {
  try {
    return hostRuntime('shouldLogVerbose').logging.shouldLogVerbose() === true;
  } catch {
    return false;
  }
}
export const logVerbose = (message: string): void => {
  if (shouldLogVerbose()) write('debug', message);
};

export async function waitForAbortSignal(signal?: AbortSignal): Promise<void> {
  if (signal === undefined || signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
