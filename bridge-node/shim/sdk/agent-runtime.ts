// What of agents plugins ask for.

export { DEFAULT_PROVIDER, parseModelRef, resolveAgentEffectiveModelPrimary } from '../lib/models.js';
export { resolveDefaultAgentId } from '../lib/routes.js';
export { createActionGate, jsonResult, readNumberParam, readStringArrayParam, readStringParam, textResult } from '../lib/tools.js';
export { resolveEffectiveMessagesConfig, resolveHumanDelayConfig } from '../lib/messages.js';
