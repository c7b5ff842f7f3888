// Answers: their marks, their pieces, and the words that stop them.

export { chunkMarkdownText, chunkMarkdownTextWithMode, chunkText, chunkTextWithMode } from '../lib/chunks.js';
export { hasControlCommand, isAbortRequestText, isBtwRequestText, isControlCommandMessage } from '../lib/commands.js';
export { HEARTBEAT_TOKEN, SILENT_REPLY_TOKEN, isSilentReplyText } from '../lib/directives.js';
export { finalizeInboundContext, formatAgentEnvelope, formatInboundEnvelope, resolveEnvelopeFormatOptions } from '../lib/envelope.js';
export { resolveChunkMode, resolveTextChunkLimit } from '../lib/limits.js';
