// The parts of api.runtime that are one message to the kernel, or one value that it gave.

import { join } from 'node:path';
import { formatNativeDependencyHint, runCommandWithTimeout } from '#shim/lib/programs.js';
import { CallError } from '../connection/errors.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isObject, stringOf, type Json } from '../json.js';
import type { SessionIndex } from './sessions.js';

/** Upstream's own. */
const AGENT_TIMEOUT_MS = 600_000;

const plain = (value: unknown): Json => {
  const encoded = encodeValue(undefined, value);
  return isObject(encoded) ? encoded : {};
};

function messagesOf(params: Json): unknown[] {
  const system = stringOf(params.systemPrompt) ?? stringOf(params.system);
  const given = Array.isArray(params.messages) ? params.messages
    : [{ role: 'user', content: String(params.prompt ?? params.text ?? '') }];
  return [...(system === undefined ? [] : [{ role: 'system', content: system }]), ...given];
}

/** One completion with a configured model. */
export async function completeText(plugin: Plugin, params: Json): Promise<Json> {
  const { model, timeoutMs, signal, messages: _messages, systemPrompt: _system, prompt: _prompt, ...options } = params;
  const answer = (await plugin.request('llm.complete', {
    messages: encodeValue(undefined, messagesOf(params)),
    ...(stringOf(model) !== undefined && { model }),
    ...(typeof timeoutMs === 'number' && { timeoutMs: Math.round(timeoutMs) }),
    options: plain(options),
  }, signal instanceof AbortSignal ? { signal } : undefined)) as Json;
  return { ...answer, content: [{ type: 'text', text: answer.text }] };
}

export function llmRuntime(plugin: Plugin): Json {
  return { complete: (params: Json) => completeText(plugin, params), acquireLocalService: async () => undefined };
}

export async function requestGateway(plugin: Plugin, method: string, params: unknown): Promise<unknown> {
  const { payload } = (await plugin.request('gateway.request', { method, params: plain(params) })) as { payload?: unknown };
  return payload;
}

export function gatewayRuntime(plugin: Plugin): Json {
  return {
    isAvailable: async () => !plugin.signal.aborted,
    request: (method: string, params?: unknown) => requestGateway(plugin, method, params),
  };
}

export function loggingRuntime(plugin: Plugin): Json {
  return {
    shouldLogVerbose: () => (plugin.gatewayConfig.logging as Json | undefined)?.level === 'debug',
    getChildLogger: (bindings?: unknown) => plugin.logger.child(bindings),
  };
}

export function systemRuntime(plugin: Plugin): Json {
  const told = (work: Promise<unknown>, what: string) => {
    work.catch((error: Error) => plugin.log('warn', `${what}: ${error.message}`));
  };
  return {
    enqueueSystemEvent: (text: unknown, options: Json = {}) => {
      const sessionKey = stringOf(options?.sessionKey);
      if (sessionKey === undefined) return false;
      told(plugin.request('session.enqueue', { sessionKey, text: String(text) }), 'system event');
      return true;
    },
    requestHeartbeat: (options?: unknown) => told(requestGateway(plugin, 'heartbeat.request', options), 'heartbeat'),
    requestHeartbeatNow: (options?: unknown) => told(requestGateway(plugin, 'heartbeat.request', options), 'heartbeat'),
    runCommandWithTimeout,
    formatNativeDependencyHint,
    runHeartbeatOnce: (options?: unknown) => requestGateway(plugin, 'heartbeat.run', options),
  };
}

/** Upstream's agent as plugins use it for one question: a run without tools is one completion. */
async function runEmbeddedAgent(plugin: Plugin, params: Json): Promise<Json> {
  const tools = params.disableTools === true || params.modelRun === true || (Array.isArray(params.toolsAllow) && params.toolsAllow.length === 0);
  if (!tools) {
    throw new CallError('unsupported', "runEmbeddedAgent: a plugin cannot run upstream's agent with tools here; with disableTools, or by llm.complete, it gets one answer of a model");
  }
  const provider = stringOf(params.provider);
  const model = stringOf(params.model);
  const began = Date.now();
  const answer = await completeText(plugin, {
    prompt: params.prompt,
    ...(stringOf(params.extraSystemPrompt) !== undefined && { systemPrompt: params.extraSystemPrompt }),
    ...(model !== undefined && { model: provider === undefined || model.startsWith(`${provider}/`) ? model : `${provider}/${model}` }),
    ...(typeof params.timeoutMs === 'number' && { timeoutMs: params.timeoutMs }),
    ...(params.abortSignal instanceof AbortSignal && { signal: params.abortSignal }),
  });
  return { payloads: [{ text: answer.text }], meta: { durationMs: Date.now() - began, finalAssistantVisibleText: answer.text,
    agentMeta: { sessionId: params.sessionId, provider: answer.provider ?? provider, model: answer.model ?? model, usage: answer.usage } } };
}

/** Nobody tells plugins of single steps of a turn; who listens hears it once. */
export function eventsRuntime(plugin: Plugin): Json {
  const silent = (name: string) => () => {
    plugin.log('warn', `runtime.events.${name}: the gateway sends no such events; the hooks llm_output, after_tool_call and agent_end say what a turn did`);
    return () => {};
  };
  return { onAgentEvent: silent('onAgentEvent'), onSessionTranscriptUpdate: silent('onSessionTranscriptUpdate') };
}

export function agentRuntime(plugin: Plugin, index: SessionIndex): Json {
  const workspace = () => stringOf(((plugin.gatewayConfig.agents as Json | undefined)?.defaults as Json | undefined)?.workspace)
    ?? join(plugin.kernel.stateDirectory, 'workspace');
  return {
    defaults: {},
    resolveAgentDir: workspace,
    resolveAgentTimeoutMs: ({ overrideMs }: Json = {}) => (typeof overrideMs === 'number' ? overrideMs : AGENT_TIMEOUT_MS),
    resolveAgentIdentity: (cfg: Json, id: unknown) => {
      const agents = (cfg.agents as Json | undefined)?.list;
      return Array.isArray(agents) ? (agents as Json[]).find((agent) => agent?.id === id)?.identity : undefined;
    },
    resolveAgentWorkspaceDir: workspace,
    session: {
      listSessions: () => plugin.request('session.list', {}),
      getSessionEntry: ({ sessionKey }: Json) => index.entry(sessionKey),
      listSessionEntries: () => Object.entries(index.entries()).map(([sessionKey, entry]) => ({ sessionKey, entry })),
      getSessionMessages: (params: Json) => plugin.request('session.messages', plain(params)),
    },
    runEmbeddedAgent: (params: Json) => runEmbeddedAgent(plugin, params),
    runEmbeddedPiAgent: (params: Json) => runEmbeddedAgent(plugin, params),
  };
}
