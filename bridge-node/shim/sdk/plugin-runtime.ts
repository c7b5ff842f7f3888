// What plugins share in upstream's process. Here the gateway stands between them.

export { getGlobalHookRunner } from './hook-runtime.js';
import { hostPart } from '../lib/host.js';
import type { Json } from '../lib/values.js';

/** What a person has pressed, for whoever has registered its namespace, in this process or another. */
export const dispatchPluginInteractiveHandler = (event: Json): unknown => hostPart('dispatchInteractive')(event);
export const createChannelInteractiveDispatcher = (config: Json): unknown => hostPart('interactiveDispatcher')(config);
