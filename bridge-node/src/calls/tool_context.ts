// What a tool factory learns of the run it makes tools for (upstream's OpenClawPluginToolContext).

import type { Plugin } from '../plugin/plugin.js';
import type { Json } from '../json.js';

export function toolContext(plugin: Plugin, context: Json): Json {
  const workspaceDir = context.workspace ?? ((plugin.gatewayConfig.agents as Json | undefined)?.defaults as Json | undefined)?.workspace;
  return {
    ...context,
    config: plugin.gatewayConfig,
    runtimeConfig: plugin.gatewayConfig,
    getRuntimeConfig: () => plugin.gatewayConfig,
    workspaceDir,
    agentDir: workspaceDir,
    fsPolicy: { workspaceOnly: true },
    messageChannel: context.channel,
    requesterSenderId: context.senderId,
    deliveryContext: { channel: context.channel, to: context.senderId, accountId: context.accountId, threadId: context.threadId },
    agentAccountId: context.accountId,
    sandboxed: true,
    oneShotCliRun: false,
    assertInvocationCurrent: () => {},
    hasAuthForProvider: () => false,
    resolveApiKeyForProvider: async () => undefined,
  };
}
