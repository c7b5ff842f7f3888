// The prefix of answers and the typing signal, together.

import { createReplyPrefixContext, createTypingCallbacks } from '../lib/typing.js';
import type { Json } from '../lib/values.js';

export { createReplyPrefixContext, createTypingCallbacks } from '../lib/typing.js';

export function createReplyPrefixOptions(params: Json): Json {
  const { prefixContext: _context, ...options } = createReplyPrefixContext(params);
  return options;
}

export function createChannelReplyPipeline(params: Json): Json {
  const typingCallbacks = params.typingCallbacks ?? (params.typing && createTypingCallbacks(params.typing));
  return { ...createReplyPrefixOptions(params), ...(params.transformReplyPayload && { transformReplyPayload: params.transformReplyPayload }), ...(typingCallbacks && { typingCallbacks }) };
}
