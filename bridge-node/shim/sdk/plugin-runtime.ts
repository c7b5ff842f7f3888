// What plugins share in upstream's process. Here the gateway stands between them.

export { getGlobalHookRunner } from './hook-runtime.js';
import { hostPart } from '../lib/host.js';
import type { Json } from '../lib/values.js';

/** What a person has pressed, for whoever has registered its namespace, in this process or another. */
export const dispatchPluginInteractiveHandler = (event: Json): unknown => hostPart('dispatchInteractive')(event);
/** Made as a module is loaded, when there is no host yet. */
export const createChannelInteractiveDispatcher = (config: Json) => (given: Json): unknown => (hostPart('interactiveDispatcher')(config) as (given: Json) => unknown)(given);
