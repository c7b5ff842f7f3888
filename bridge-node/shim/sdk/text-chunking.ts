// Long text in pieces.

export { chunkByNewline, chunkMarkdownText, chunkMarkdownTextWithMode, chunkText, chunkTextWithMode } from '../lib/chunks.js';
