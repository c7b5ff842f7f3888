// Failures with a status of the ABI's table, in lower case: "not_found".

/** In the order of CHELA_STATUS_MAP (plugin-sdk/include/chela/abi.h). */
export const STATUSES = ['ok', 'invalid_argument', 'not_found', 'denied', 'cancelled', 'timed_out', 'unavailable', 'internal',
  'unauthenticated', 'exhausted', 'too_large', 'protocol', 'unsupported', 'already_exists', 'corrupt'];

export class PluginError extends Error {
  constructor(status, message) {
    super(message);
    this.name = 'PluginError';
    this.status = status;
  }
}

export const statusName = (number) => STATUSES[number] ?? 'internal';
export const statusNumber = (name) => Math.max(STATUSES.indexOf(name), 0) || STATUSES.indexOf('internal');
