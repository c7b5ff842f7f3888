// The events of a completion as upstream's stream of an assistant's message.

const STOP_REASONS = { stop: 'stop', length: 'length', tool_calls: 'toolUse', content_filter: 'stop' };

/** What upstream iterates over; `result()` is the message at the end. */
export class MessageStream {
  #waiting = [];
  #takers = [];
  #done = false;
  #result = Promise.withResolvers();

  push(event) {
    if (this.#done) return;
    const taker = this.#takers.shift();
    if (taker === undefined) this.#waiting.push(event);
    else taker({ value: event, done: false });
    if (event.type === 'done') this.end(event.message);
    else if (event.type === 'error') this.end(event.error);
  }

  end(message) {
    if (this.#done) return;
    this.#done = true;
    if (message !== undefined) this.#result.resolve(message);
    for (const taker of this.#takers.splice(0)) taker({ value: undefined, done: true });
  }

  result() {
    return this.#result.promise;
  }

  async *[Symbol.asyncIterator]() {
    while (true) {
      if (this.#waiting.length > 0) yield this.#waiting.shift();
      else if (this.#done) return;
      else {
        const next = await new Promise((resolve) => this.#takers.push(resolve));
        if (next.done) return;
        yield next.value;
      }
    }
  }
}

const NO_COST = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 };

function costOf(rates, usage) {
  const of = (kind) => ((rates?.[kind] ?? 0) * usage[kind]) / 1_000_000;
  const [input, output, cacheRead, cacheWrite] = ['input', 'output', 'cacheRead', 'cacheWrite'].map(of);
  return { input, output, cacheRead, cacheWrite, total: input + output + cacheRead + cacheWrite };
}

/** Builds the message piece by piece and tells `stream` of each. */
export class MessageWriter {
  #stream;
  #model;
  #message;
  #open; // the part that grows: {type, index}
  #calls = new Map(); // index of the provider to {part, index, text}

  constructor(stream, model) {
    this.#stream = stream;
    this.#model = model;
    this.#message = {
      role: 'assistant', content: [], api: model.api, provider: model.provider, model: model.id, stopReason: 'stop', timestamp: Date.now(),
      usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0, cost: NO_COST },
    };
    this.#tell({ type: 'start' });
  }

  take({ kind, index, text, name }) {
    if (kind === 'text' || kind === 'reasoning') this.#grow(kind === 'text' ? 'text' : 'thinking', text);
    else if (kind === 'toolCall') this.#beginCall(index, text, name);
    else if (kind === 'toolArguments') this.#growCall(index, text);
    else if (kind === 'usage') this.#count(JSON.parse(text));
  }

  done(reason) {
    this.#close();
    for (const call of this.#calls.values()) this.#endCall(call);
    this.#message.stopReason = this.#calls.size > 0 ? 'toolUse' : (STOP_REASONS[reason] ?? 'stop');
    this.#stream.push({ type: 'done', reason: this.#message.stopReason, message: this.#message });
  }

  fail(error) {
    const reason = error.status === 'cancelled' ? 'aborted' : 'error';
    Object.assign(this.#message, { stopReason: reason, errorMessage: error.message });
    this.#stream.push({ type: 'error', reason, error: this.#message });
  }

  #tell(event) {
    this.#stream.push({ ...event, partial: { ...this.#message, content: [...this.#message.content] } });
  }

  #grow(type, text) {
    if (text === '') return;
    const member = type === 'text' ? 'text' : 'thinking';
    if (this.#open?.type !== type) {
      this.#close();
      this.#message.content.push({ type, [member]: '' });
      this.#open = { type, index: this.#message.content.length - 1 };
      this.#tell({ type: `${type}_start`, contentIndex: this.#open.index });
    }
    this.#message.content[this.#open.index][member] += text;
    this.#tell({ type: `${type}_delta`, contentIndex: this.#open.index, delta: text });
  }

  #close() {
    if (this.#open === undefined) return;
    const { type, index } = this.#open;
    const part = this.#message.content[index];
    this.#open = undefined;
    this.#tell({ type: `${type}_end`, contentIndex: index, content: part.text ?? part.thinking });
  }

  #beginCall(index, id, name) {
    this.#close();
    const part = { type: 'toolCall', id, name, arguments: {} };
    this.#message.content.push(part);
    this.#calls.set(index, { part, index: this.#message.content.length - 1, text: '' });
    this.#tell({ type: 'toolcall_start', contentIndex: this.#message.content.length - 1 });
  }

  #growCall(index, text) {
    const call = this.#calls.get(index);
    if (call === undefined || text === '') return;
    call.text += text;
    this.#tell({ type: 'toolcall_delta', contentIndex: call.index, delta: text });
  }

  #endCall({ part, index, text }) {
    part.arguments = text.trim() === '' ? {} : JSON.parse(text);
    this.#tell({ type: 'toolcall_end', contentIndex: index, toolCall: part });
  }

  #count({ inputTokens, outputTokens, cachedInputTokens }) {
    const usage = { input: inputTokens - cachedInputTokens, output: outputTokens, cacheRead: cachedInputTokens, cacheWrite: 0,
      totalTokens: inputTokens + outputTokens };
    this.#message.usage = { ...usage, cost: costOf(this.#model.cost, usage) };
  }
}
