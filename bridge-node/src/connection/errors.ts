// Errors as they cross the connection: a status of the ABI's table, and a sentence.

const STATUSES = {
  invalid_argument: 1, not_found: 2, denied: 3, cancelled: 4, timed_out: 5, unavailable: 6, internal: 7, unauthenticated: 8,
  exhausted: 9, too_large: 10, protocol: 11, unsupported: 12, already_exists: 13, corrupt: 14,
} as const;

export type Status = keyof typeof STATUSES;

export interface WireError {
  code: number;
  message: string;
  data?: Record<string, unknown>;
}

const TEXT_LENGTH_MAX = 4096;

/** What went wrong in a call, in the form that the other side understands. */
export class CallError extends Error {
  readonly status: Status;
  readonly data: Record<string, unknown>;

  constructor(status: Status, message: string, data: Record<string, unknown> = {}) {
    super(message);
    this.name = 'CallError';
    this.status = status;
    this.data = data;
  }
}

/** The sentence of anything that JavaScript can throw; never throws itself. */
export function textOf(thrown: unknown): string {
  try {
    if (thrown !== null && typeof thrown === 'object' && 'message' in thrown) {
      const message = String(thrown.message);
      return (message === '' ? String((thrown as { name?: unknown }).name ?? 'error') : message).slice(0, TEXT_LENGTH_MAX);
    }
    return String(thrown).slice(0, TEXT_LENGTH_MAX);
  } catch {
    return 'a value that cannot be shown was thrown';
  }
}

function statusOf(thrown: unknown): Status {
  try {
    const name = (thrown as { name?: unknown } | null)?.name;
    if (name === 'AbortError') return 'cancelled';
    if (name === 'TimeoutError') return 'timed_out';
  } catch {
    // An object that cannot be looked at; its thrower is at fault, whatever it is.
  }
  return 'internal';
}

export function asCallError(thrown: unknown): CallError {
  return thrown instanceof CallError ? thrown : new CallError(statusOf(thrown), textOf(thrown));
}

export function toWire(thrown: unknown): WireError {
  const error = asCallError(thrown);
  const status = Object.hasOwn(STATUSES, error.status) ? error.status : 'internal';
  return { code: -32000 - STATUSES[status], message: error.message, data: { ...error.data, status } };
}

export function fromWire(wire: Partial<WireError> | undefined): CallError {
  const status = wire?.data?.status;
  const known = typeof status === 'string' && Object.hasOwn(STATUSES, status) ? (status as Status) : 'internal';
  return new CallError(known, String(wire?.message ?? 'the gateway gave no reason'), wire?.data ?? {});
}
