// The index of sessions as the kernel has it now, for functions that must answer at once: a copy here would not know of what other channels,
// the owner or the kernel itself did to a session since. Without the addon nobody can be asked at once, and the notes of the channel answer.

import { CallError } from '../connection/errors.js';
import type { Plugin } from '../plugin/plugin.js';
import { isObject, stringOf, type Json } from '../json.js';

/** Of all sessions that the plugin may see. */
export interface SessionIndex {
  entry(key: unknown): Json | undefined;
  entries(): Json;
}

const told = new WeakSet<Plugin>();

const NONE = new Set(['not_found', 'denied', 'invalid_argument']);
/** The kernel cannot be asked just now. */
const UNASKED = new Set(['unsupported', 'exhausted', 'timed_out', 'unavailable']);

function asked(plugin: Plugin, params: Json): Json[] | undefined {
  try {
    const { sessions } = plugin.requestSync('session.list', params) as { sessions: Json[] };
    return sessions;
  } catch (error) {
    if (error instanceof CallError && NONE.has(error.status)) return [];
    if (!(error instanceof CallError) || !UNASKED.has(error.status)) throw error;
    if (!told.has(plugin)) plugin.log('warn', `what the plugin itself noted of sessions stands in for the gateway's index: ${error.message}`);
    told.add(plugin);
    return undefined;
  }
}

const nameOf = (session: Json): string => String(stringOf(session.sessionKey) ?? session.key).toLowerCase();

/** What the kernel says of a session, over what the channel noted of it. */
function merged(session: Json, noted: unknown): Json {
  const said = Object.fromEntries(Object.entries(session).filter(([, value]) => value !== null && value !== '' && value !== undefined));
  return { ...(isObject(noted) ? noted : {}), ...said };
}

/** One session; none when the kernel has none of this key. */
export function sessionNow(plugin: Plugin, key: unknown, noted: Json | undefined): Json | undefined {
  const name = String(key).toLowerCase();
  const sessions = asked(plugin, { sessionKey: String(key) });
  if (sessions === undefined) return noted;
  const found = sessions.find((session) => nameOf(session) === name);
  return found && merged(found, noted);
}

/** All sessions that the plugin may see, by their keys. */
export function sessionsNow(plugin: Plugin, notes: Json): Json {
  const sessions = asked(plugin, {});
  if (sessions === undefined) return notes;
  return Object.fromEntries(sessions.map((session) => [nameOf(session), merged(session, notes[nameOf(session)])]));
}
