// The members of api that work after register(), too.

import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { asCallError } from '../connection/errors.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { stringOf, type Json } from '../json.js';

const RUNS_MAX = 1024;

export function resolvePath(plugin: Plugin, input: unknown): string {
  const path = String(input);
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(plugin.directory, path);
}

export async function enqueueNextTurnInjection(plugin: Plugin, injection: Json): Promise<Json> {
  const sessionKey = stringOf(injection?.sessionKey) ?? '';
  const answer = (await plugin.request('session.enqueue', {
    sessionKey,
    text: String(injection?.text ?? ''),
    ...(stringOf(injection?.placement) !== undefined && { placement: injection.placement }),
    ...(stringOf(injection?.idempotencyKey) !== undefined && { idempotencyKey: injection.idempotencyKey }),
  })) as Json;
  return { enqueued: answer.enqueued, id: answer.id ?? '', sessionKey };
}

/** The gateway's method of that name decides; where there is none, the attachment is not sent and says so. */
export async function sendSessionAttachment(plugin: Plugin, attachment: Json): Promise<Json> {
  try {
    await plugin.request('gateway.request', { method: 'session.attachment.send', params: encodeValue(undefined, attachment) });
    return { ok: true };
  } catch (error) {
    return { ok: false, error: asCallError(error).message };
  }
}

/** Values that a plugin keeps for a run of the agent, in this process. The oldest runs are forgotten first. */
export class RunContexts {
  readonly #runs = new Map<string, Map<string, unknown>>();

  set(patch: Json): boolean {
    const runId = stringOf(patch?.runId);
    const namespace = stringOf(patch?.namespace);
    if (runId === undefined || namespace === undefined) return false;
    const run = this.#runs.get(runId) ?? new Map<string, unknown>();
    if (patch.unset === true) run.delete(namespace);
    else run.set(namespace, encodeValue(undefined, patch.value));
    this.#runs.set(runId, run);
    if (this.#runs.size > RUNS_MAX) this.#runs.delete(this.#runs.keys().next().value!);
    return true;
  }

  get(params: Json): unknown {
    return this.#runs.get(String(params?.runId))?.get(String(params?.namespace));
  }

  clear(params: Json): void {
    if (params?.namespace === undefined) this.#runs.delete(String(params?.runId));
    else this.#runs.get(String(params.runId))?.delete(String(params.namespace));
  }
}
