// What a handler sees of an event: a copy where upstream gives one, so that no handler changes it behind the others.

import { isObject, type Json } from '../json.js';
import type { HookRow } from './catalogue.js';

export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/** The event for the next handler; `merged` is what the handlers before it came to. */
export function view(row: HookRow, event: Json, merged: Json | undefined): Json {
  if (row.copies === 'event') {
    const params = isObject(merged?.params) ? { params: merged.params } : {};
    const result = merged?.result === undefined ? {} : { result: merged.result };
    return structuredClone({ ...event, ...params, ...result });
  }
  if (row.copies === 'messages') return { ...event, ...(event.messages !== undefined && { messages: structuredClone(event.messages) }) };
  if (row.copies === 'payload') {
    const payload: unknown = structuredClone(merged?.payload ?? event.payload);
    if (isObject(payload)) delete payload.trustedLocalMedia;
    return { ...event, payload };
  }
  return { ...event };
}
