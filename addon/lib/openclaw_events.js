// Hooks and commands of a native plugin in upstream.

import { commandsOf, hooksOf } from './manifest.js';

/** Points whose answers upstream takes only at once: a native plugin answers later. */
const AT_ONCE = new Set(['tool_result_persist', 'before_message_write']);
const CONTEXT = ['agentId', 'sessionKey', 'sessionId', 'runId', 'channel', 'channelId', 'senderId', 'isAuthorizedSender', 'commandBody', 'toolName', 'toolCallId'];

/** What of a context is data and has a name that plugins know. */
function contextOf(given) {
  const context = Object.fromEntries(CONTEXT.map((name) => [name, given?.[name]]).filter(([, value]) => ['string', 'boolean'].includes(typeof value)));
  return context.channel === undefined && context.channelId !== undefined ? { ...context, channel: context.channelId } : context;
}

export function registerHooks(api, holder, manifest) {
  for (const { point, priority, timeoutMs } of hooksOf(manifest)) {
    if (AT_ONCE.has(point)) {
      api.logger?.warn?.(`${manifest.id}: ${point} is not heard here, since it is answered at once`);
      continue;
    }
    const handler = (event, context) => holder.open().callHook(point, event ?? {}, { context: contextOf(context), timeoutMs });
    api.on(point, handler, { ...(priority !== undefined && { priority }), ...(timeoutMs !== undefined && { timeoutMs }) });
  }
}

export function registerCommands(api, holder, manifest) {
  for (const { name, description = '', acceptsArgs = false, requireAuth = true, channels } of commandsOf(manifest)) {
    api.registerCommand({
      name, description, acceptsArgs, requireAuth,
      ...(channels && { channels }),
      handler: (context) => holder.open().callCommand(name, context.args ?? '', { context: contextOf(context) }),
    });
  }
}
