// Messages of channels.

export { createReplyPrefixContext, createTypingCallbacks, logTypingFailure } from '../lib/typing.js';
