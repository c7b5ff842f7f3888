// Upstream's stream of an assistant's message as the protocol's pieces.

import { CallError } from '../connection/errors.js';
import type { IncomingCall } from '../connection/incoming.js';
import { isObject, type Json } from '../json.js';

const STOP_REASONS: Record<string, string> = { stop: 'stop', end_turn: 'stop', length: 'length', toolUse: 'tool_calls', tool_use: 'tool_calls',
  tool_calls: 'tool_calls', content_filter: 'content_filter' };

const count = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.round(value) : 0);

export function usageOf(usage: Json): Json {
  const cached = count(usage.cacheRead);
  const reasoning = count(usage.reasoning ?? usage.reasoningTokens);
  return {
    inputTokens: count(usage.input) + cached + count(usage.cacheWrite),
    outputTokens: count(usage.output),
    ...(cached > 0 && { cachedInputTokens: cached }),
    ...(reasoning > 0 && { reasoningTokens: reasoning }),
  };
}

export class StreamReader {
  readonly #call: IncomingCall;
  readonly #tools = new Map<unknown, number>(); // content index in the message to the call's number
  #spoken = false;

  constructor(call: IncomingCall) {
    this.#call = call;
  }

  async read(stream: unknown): Promise<Json> {
    const iterable = stream as AsyncIterable<unknown> | null;
    if (iterable === null || typeof iterable !== 'object' || !(Symbol.asyncIterator in iterable)) {
      throw new CallError('internal', 'the stream function returned no stream');
    }
    for await (const event of iterable) {
      if (!isObject(event)) continue;
      if (event.type === 'error') throw this.#failure(event);
      if (event.type === 'done') return this.#done(event);
      await this.#piece(event);
      if (this.#call.cancelled) throw new CallError('cancelled', 'the caller does not wait any more');
    }
    throw new CallError('unavailable', 'the stream ended without its end');
  }

  async #piece(event: Json): Promise<void> {
    const text = typeof event.delta === 'string' ? event.delta : '';
    if (event.type === 'text_delta' && text !== '') {
      this.#spoken = true;
      await this.#call.emit({ type: 'text', text });
    } else if (event.type === 'thinking_delta' && text !== '') {
      await this.#call.emit({ type: 'reasoning', text });
    } else if (event.type === 'toolcall_start' || event.type === 'toolcall_delta' || event.type === 'toolcall_end') {
      await this.#toolPiece(event, text);
    }
  }

  /** Some streams only say at the end what is called. */
  async #toolPiece(event: Json, text: string): Promise<void> {
    const partial = ((event.partial as Json | undefined)?.content as Json[] | undefined)?.[event.contentIndex as number];
    const call = (isObject(event.toolCall) ? event.toolCall : partial) ?? {};
    const known = this.#tools.get(event.contentIndex);
    if (known === undefined && (call.name !== undefined || event.type === 'toolcall_end')) {
      const index = this.#tools.size;
      this.#tools.set(event.contentIndex, index);
      await this.#call.emit({ type: 'toolCall', index, id: String(call.id ?? `call-${index}`), name: String(call.name ?? '') });
      const whole = event.type === 'toolcall_end' ? JSON.stringify(call.arguments ?? {}) : text;
      if (whole !== '') await this.#call.emit({ type: 'toolArguments', index, text: whole });
    } else if (known !== undefined && text !== '') {
      await this.#call.emit({ type: 'toolArguments', index: known, text });
    }
  }

  async #done(event: Json): Promise<Json> {
    const message = isObject(event.message) ? event.message : {};
    const content = Array.isArray(message.content) ? (message.content as Json[]) : [];
    for (const [contentIndex, part] of content.entries()) {
      if (part.type === 'text' && !this.#spoken && typeof part.text === 'string') await this.#call.emit({ type: 'text', text: part.text });
      if (part.type === 'toolCall' && !this.#tools.has(contentIndex)) {
        await this.#toolPiece({ type: 'toolcall_end', contentIndex, toolCall: part }, '');
      }
    }
    if (isObject(message.usage)) await this.#call.emit({ type: 'usage', usage: usageOf(message.usage) });
    const reason = STOP_REASONS[String(event.reason ?? message.stopReason)] ?? 'stop';
    return { stopReason: this.#tools.size > 0 ? 'tool_calls' : reason };
  }

  #failure(event: Json): CallError {
    const problem = (isObject(event.error) ? event.error : {}) as Json;
    if (event.reason === 'aborted') return new CallError('cancelled', 'the completion was aborted');
    return new CallError('unavailable', String(problem.errorMessage ?? problem.message ?? 'the provider failed without saying why'));
  }
}
