// Agents and sessions.

export { DEFAULT_ACCOUNT_ID, normalizeAccountId, normalizeOptionalAccountId } from '../lib/accounts.js';
export { DEFAULT_AGENT_ID, DEFAULT_MAIN_KEY, buildAgentSessionKey, isSubagentSessionKey, normalizeAgentId, parseAgentSessionKey, resolveAgentIdFromSessionKey,
  resolveAgentRoute, resolveThreadSessionKeys } from '../lib/routes.js';
