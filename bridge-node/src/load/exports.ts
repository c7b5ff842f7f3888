// Finds what a module exports as its plugin, in every form that has been in use.

import { isFunction, isObject, type Json } from '../json.js';

const CANDIDATES_MAX = 12;

export interface Definition {
  register(api: unknown): unknown;
  definition: Json;
  /** The export is of the older form that upstream has given up. */
  activate: boolean;
}

function unwrap(module: unknown): unknown {
  let value = module;
  for (let depth = 0; depth < 4; depth += 1) {
    const inner = (value as { default?: unknown } | null | undefined)?.default;
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || inner === undefined || inner === value) break;
    value = inner;
  }
  return value;
}

function candidatesOf(module: unknown): unknown[] {
  const found: unknown[] = [];
  const add = (value: unknown) => {
    if (value !== undefined && value !== null && !found.includes(value) && found.length < CANDIDATES_MAX) found.push(value);
  };
  add(unwrap(module));
  add(module);
  for (const value of [...found]) {
    add((value as { default?: unknown }).default);
    add((value as { module?: unknown }).module);
  }
  return found;
}

/** None when the module exports neither a function nor an object with `register` (or the older `activate`). */
export function findDefinition(module: unknown): Definition | undefined {
  const candidates = candidatesOf(module);
  for (const candidate of candidates) {
    if (isFunction(candidate) && !/^class\s/.test(Function.prototype.toString.call(candidate))) {
      return { register: candidate, definition: {}, activate: false };
    }
    if (isObject(candidate) && isFunction(candidate.register)) {
      return { register: candidate.register.bind(candidate), definition: candidate, activate: false };
    }
  }
  for (const candidate of candidates) {
    if (isObject(candidate) && isFunction(candidate.activate)) {
      return { register: candidate.activate.bind(candidate), definition: candidate, activate: true };
    }
  }
  return undefined;
}
