// What people see while they wait.

export { createTypingCallbacks, logTypingFailure } from '../lib/typing.js';
