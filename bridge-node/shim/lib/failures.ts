// What went wrong, in words.

import { isObject } from './values.js';

export function extractErrorCode(error: unknown): string | undefined {
  const code: unknown = isObject(error) ? error.code : undefined;
  return typeof code === 'string' ? code : typeof code === 'number' ? String(code) : undefined;
}

/** The message with those of its causes; of what is no error, its words. */
export function formatErrorMessage(error: unknown): string {
  if (error instanceof Error) {
    const parts = [error.message || error.name];
    for (let cause = error.cause, depth = 0; cause !== undefined && cause !== null && depth < 8; depth += 1) {
      const said = cause instanceof Error ? cause.message : String(cause);
      if (!parts.includes(said)) parts.push(said);
      cause = cause instanceof Error ? cause.cause : undefined;
    }
    return parts.join(' | ');
  }
  if (!isObject(error)) return String(error);
  const code = extractErrorCode(error);
  return code === undefined ? JSON.stringify(error) : `status=${String(error.status ?? 'unknown')} code=${code}`;
}
