// runtime.channel, put together: pure functions, stores of the state directory, and the two ways into a turn.

import { chunkByNewline, chunkMarkdownText, chunkMarkdownTextWithMode, chunkText, chunkTextWithMode } from '#shim/lib/chunks.js';
import { hasControlCommand, isControlCommandMessage, resolveCommandAuthorizedFromAuthorizers, shouldComputeCommandAuthorized,
  shouldHandleTextCommands } from '#shim/lib/commands.js';
import { finalizeInboundContext, formatAgentEnvelope, formatInboundEnvelope, resolveEnvelopeFormatOptions } from '#shim/lib/envelope.js';
import { buildMentionRegexes, implicitMentionKindWhen, matchesMentionPatterns, matchesMentionWithExplicit, resolveGroupPolicy,
  resolveInboundMentionDecision, resolveRequireMention } from '#shim/lib/groups.js';
import { resolveChunkMode, resolveMarkdownTableMode, resolveTextChunkLimit } from '#shim/lib/limits.js';
import { resolveEffectiveMessagesConfig, resolveHumanDelayConfig } from '#shim/lib/messages.js';
import { buildAgentSessionKey, resolveAgentRoute } from '#shim/lib/routes.js';
import { convertMarkdownTables } from '#shim/lib/tables.js';
import type { ChannelPlugin } from '../../api/channels.js';
import type { Plugin } from '../../plugin/plugin.js';
import type { Json } from '../../json.js';
import { inboundRuntime, replyRuntime } from '../turns.js';
import { activityRuntime, contextsRuntime, debounceRuntime, reactionsRuntime } from './live.js';
import { channelMediaRuntime } from './media.js';
import { pairingRuntime } from './pairing.js';
import { sessionRuntime } from './session.js';

export function channelTree(plugin: Plugin): Json {
  const inbound = inboundRuntime(plugin);
  return {
    text: { chunkByNewline, chunkMarkdownText, chunkMarkdownTextWithMode, chunkText, chunkTextWithMode, convertMarkdownTables, hasControlCommand,
      resolveChunkMode, resolveMarkdownTableMode, resolveTextChunkLimit },
    reply: { ...replyRuntime(plugin), finalizeInboundContext, formatAgentEnvelope, formatInboundEnvelope, resolveEnvelopeFormatOptions,
      resolveEffectiveMessagesConfig, resolveHumanDelayConfig },
    inbound,
    turn: inbound,
    routing: { buildAgentSessionKey, resolveAgentRoute },
    commands: { isControlCommandMessage, resolveCommandAuthorizedFromAuthorizers, shouldComputeCommandAuthorized, shouldHandleTextCommands },
    groups: { resolveGroupPolicy, resolveRequireMention },
    mentions: { buildMentionRegexes, implicitMentionKindWhen, matchesMentionPatterns, matchesMentionWithExplicit, resolveInboundMentionDecision },
    session: sessionRuntime(plugin),
    pairing: pairingRuntime(plugin),
    media: channelMediaRuntime(plugin),
    activity: activityRuntime(),
    debounce: debounceRuntime(plugin),
    reactions: reactionsRuntime(),
    runtimeContexts: contextsRuntime(),
    outbound: {
      loadAdapter: async (id: unknown) => (plugin.registrations.find(`channel:${id}`)?.value as ChannelPlugin | undefined)?.outbound,
    },
  };
}
