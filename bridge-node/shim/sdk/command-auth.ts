// Who may command the gateway.

export { resolveDirectDmAuthorizationOutcome, resolveNativeCommandSessionTargets, resolveSenderCommandAuthorization,
  resolveSenderCommandAuthorizationWithRuntime } from '../lib/auth.js';
export { hasControlCommand, isControlCommandMessage, maybeResolveTextAlias, normalizeCommandBody, resolveCommandAuthorizedFromAuthorizers,
  shouldComputeCommandAuthorized, shouldHandleTextCommands } from '../lib/commands.js';
