// What a tool factory learns of the run it makes tools for (upstream's OpenClawPluginToolContext).

import type { Plugin } from '../plugin/plugin.js';
import { isObject, stringOf, type Json } from '../json.js';

/** The model of the run, as it is configured: `provider/name`. */
function activeModel(plugin: Plugin, context: Json): Json | undefined {
  const configured = ((plugin.gatewayConfig.agents as Json | undefined)?.defaults as Json | undefined)?.model;
  const modelRef = stringOf(context.model) ?? stringOf(isObject(configured) ? configured.primary : configured);
  const cut = modelRef?.indexOf('/') ?? -1;
  return cut < 1 ? undefined : { provider: modelRef!.slice(0, cut), modelId: modelRef!.slice(cut + 1), modelRef };
}

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
    activeModel: activeModel(plugin, context),
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
