// The part of the SDK that nearly every plugin needs.

export { DEFAULT_ACCOUNT_ID, normalizeAccountId, normalizeOptionalAccountId } from '../lib/accounts.js';
export { addWildcardAllowFrom, buildAccountScopedDmSecurityPolicy, formatPairingApproveHint } from '../lib/auth.js';
export { buildChannelConfigSchema, createPluginRuntimeStore, defineChannelPluginEntry, definePluginEntry, defineSetupPluginEntry,
  emptyPluginConfigSchema } from '../lib/entries.js';
export { loadWebMedia, loadWebMedia as loadOutboundMediaFromUrl } from '../lib/media.js';
export { detectMime } from '../lib/mime.js';
export { buildAgentSessionKey, normalizeAgentId, resolveThreadSessionKeys } from '../lib/routes.js';
export { jsonResult, optionalStringEnum, readStringParam, stringEnum } from '../lib/tools.js';
import type { Json } from '../lib/values.js';

/** The gateway compacts by itself when no engine of a plugin's has done it. */
export const delegateCompactionToRuntime = async (_params: Json): Promise<Json> => ({ ok: false, compacted: false, reason: 'the gateway compacts by itself' });

/** For engines that put what a memory says into the prompt themselves: nothing, since that is the gateway's to add, beside what the engine adds. */
export const buildMemorySystemPromptAddition = (_params: Json): string | undefined => undefined;
export const prepareMemorySystemPromptAddition = async (_params: Json): Promise<string | undefined> => undefined;
