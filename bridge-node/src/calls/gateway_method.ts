// gatewayMethod.call: upstream's handlers answer by a function they are given, or by what they return.

import { CallError, textOf } from '../connection/errors.js';
import type { IncomingCall } from '../connection/incoming.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, type Json } from '../json.js';

function refusal(error: unknown): CallError {
  const message = isObject(error) ? textOf(error) : String(error ?? 'the method failed without saying why');
  return new CallError('invalid_argument', message, isObject(error) && typeof error.code === 'string' ? { code: error.code } : {});
}

export function callGatewayMethod(plugin: Plugin, params: Json, call: IncomingCall): Promise<Json> {
  const handler = plugin.registrations.find(params.key as string)?.value;
  if (!isFunction(handler)) throw new CallError('not_found', `there is no gateway method "${params.key}"`);
  return new Promise((resolve, reject) => {
    let answered = false;
    const respond = (ok: unknown, payload?: unknown, error?: unknown) => {
      answered = true;
      if (ok) resolve({ payload: encodeValue(plugin.handles, payload) ?? null });
      else reject(refusal(error ?? payload));
    };
    const context = params.context as Json;
    const given = {
      req: { type: 'req', id: String(call.id), method: params.key, params: params.params },
      params: params.params ?? {},
      client: { connect: { scopes: context.scopes ?? [], client: { id: context.clientId } }, ...context },
      isWebchatConnect: () => false,
      respond,
      context: { ...context, config: plugin.gatewayConfig, getRuntimeConfig: () => plugin.gatewayConfig, broadcast: () => {} },
      signal: call.signal,
    };
    Promise.resolve()
      .then(() => handler(given) as unknown)
      .then((value) => {
        // A handler that answers later returns nothing; the caller's deadline ends one that never does.
        if (!answered && value !== undefined) respond(true, value);
      })
      .catch(reject);
  });
}
