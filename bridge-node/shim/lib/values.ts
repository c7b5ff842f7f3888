// Values of unknown origin, read in few words.

export type Json = Record<string, any>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The trimmed string (numbers count as one), unless it is empty or none. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** The value at a path of names; none as soon as something on the way is no object. */
export function at(value: unknown, ...path: string[]): any {
  let found: any = value;
  for (const name of path) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

export const list = (value: unknown): any[] => (Array.isArray(value) ? value : []);
