// Events of the agent: the gateway's own turns say what happens, and nobody can add to that.

import type { Json } from '../lib/values.js';

export const emitAgentEvent = (_event: Json): void => {};
