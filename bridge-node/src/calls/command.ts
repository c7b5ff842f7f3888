// command.run.

import { CallError } from '../connection/errors.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, type Json } from '../json.js';

function contextOf(plugin: Plugin, params: Json): Json {
  const given = params.context as Json;
  const args = typeof params.args === 'string' ? params.args : '';
  return {
    channel: 'unknown',
    isAuthorizedSender: false,
    commandBody: args,
    ...given,
    args,
    config: plugin.gatewayConfig,
    pluginConfig: plugin.config,
    runtimeContext: {
      llm: { complete: (request: Json) => plugin.request('llm.complete', request) },
      compactCurrent: async () => ({ compacted: false }),
    },
    requestConversationBinding: async () => ({ status: 'unsupported' }),
    detachConversationBinding: async () => ({ removed: false }),
    getCurrentConversationBinding: async () => null,
  };
}

/** A command's answer as a reply: a text, or upstream's payload with two words on how to go on. */
export function readReply(answer: unknown): Json {
  if (answer === undefined || answer === null) return {};
  if (!isObject(answer)) return { reply: { text: String(answer) } };
  const { continueAgent, suppressReply, ...reply } = answer;
  const result = reply.text === undefined && typeof reply.result === 'string' ? { ...reply, text: reply.result } : reply;
  return {
    ...(Object.keys(result).length > 0 && { reply: encodeValue(undefined, result) }),
    ...(continueAgent === true && { continueAgent }),
    ...(suppressReply === true && { suppressReply }),
  };
}

export async function runCommand(plugin: Plugin, params: Json): Promise<Json> {
  const handler = plugin.registrations.find(params.key as string)?.value;
  if (!isFunction(handler)) throw new CallError('not_found', `there is no command "${params.key}"`);
  return readReply(await handler(contextOf(plugin, params)));
}
