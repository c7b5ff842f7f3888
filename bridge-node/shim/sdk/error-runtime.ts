// What went wrong, in words.

export { extractErrorCode, formatErrorMessage } from '../lib/failures.js';
