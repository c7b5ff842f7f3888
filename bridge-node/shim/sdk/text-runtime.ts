// Text: tags in answers, pieces, tables.

export { chunkMarkdownText, chunkText } from '../lib/chunks.js';
export { parseInlineDirectives } from '../lib/directives.js';
export { convertMarkdownTables } from '../lib/tables.js';
