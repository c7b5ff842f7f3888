// The entry of a channel.

export { defineChannelPluginEntry, defineSetupPluginEntry } from '../lib/entries.js';
import { buildAgentSessionKey } from '../lib/routes.js';
import type { Json } from '../lib/values.js';

/** The session that messages to a target belong to. */
export function buildChannelOutboundSessionRoute(params: Json): Json {
  const { agentId, channel, accountId, peer, cfg } = params;
  const baseSessionKey = buildAgentSessionKey({ agentId, channel, accountId, peer, mainKey: cfg?.session?.mainKey, dmScope: cfg?.session?.dmScope });
  return { sessionKey: baseSessionKey, baseSessionKey, peer, chatType: params.chatType, from: params.from, to: params.to,
    ...(params.threadId !== undefined && { threadId: params.threadId }) };
}
