// The older name of what channel-message and channel-feedback have.

export { createReplyPrefixContext, createTypingCallbacks, logTypingFailure } from '../lib/typing.js';
