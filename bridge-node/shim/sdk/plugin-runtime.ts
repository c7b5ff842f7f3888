// What plugins share in upstream's process. Here the gateway stands between them.

export { getGlobalHookRunner } from './hook-runtime.js';
import type { Json } from '../lib/values.js';

/** Interactive handlers are called by the gateway; a channel that asks here hears that none took it. */
export const dispatchPluginInteractiveHandler = async (_params: Json): Promise<Json> => ({ matched: false, handled: false, duplicate: false });
