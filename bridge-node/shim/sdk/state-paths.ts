// Where state is kept.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export function resolveStateDir(env: NodeJS.ProcessEnv = process.env, home: () => string = homedir): string {
  const given = env.OPENCLAW_STATE_DIR?.trim();
  if (!given) return join(home(), '.openclaw');
  return given === '~' || given.startsWith('~/') ? join(home(), given.slice(1)) : resolve(given);
}
