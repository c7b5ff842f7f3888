// The old root barrel: upstream has given it up, published plugins still import from it.

export * from './sdk/core.js';
export { runPluginCommandWithTimeout } from './lib/files.js';
export { PAIRING_APPROVED_MESSAGE } from './lib/auth.js';
export { createReplyPrefixContext, createTypingCallbacks, logTypingFailure } from './lib/typing.js';
export { resolvePreferredOpenClawTmpDir } from './lib/files.js';
export { formatDocsLink, promptAccountId } from './lib/wizard.js';
export { hasControlCommand, isControlCommandMessage } from './lib/commands.js';
export { SILENT_REPLY_TOKEN } from './lib/directives.js';
export { DEFAULT_GROUP_HISTORY_LIMIT, buildPendingHistoryContextFromMap, clearHistoryEntriesIfEnabled, recordPendingHistoryEntryIfEnabled } from './lib/history.js';
import type { Json } from './lib/values.js';

/** Diagnostic events of upstream's process; the gateway has metrics instead, so that none comes. */
export const onDiagnosticEvent = (_listener: (event: Json) => void): (() => void) => () => {};
export const registerLogTransport = (_transport: (line: Json) => void): (() => void) => () => {};
