// chela.http/1 through Node's fetch: streamed, verified by TLS, redirects not followed, only to permitted hosts.

import { PluginError, statusNumber } from './errors.js';

const DEFAULT_BYTES_MAX = 16 << 20;
const DEFAULT_FIRST_BYTE_MS = 120_000;
const DEFAULT_IDLE_MS = 120_000;

/** Why a request failed, by the layer that did: the code of Node's error says it. */
const LAYERS = [
  [/^(ENOTFOUND|EAI_)/, 'dns'],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|EADDRNOTAVAIL)/, 'connect'],
  [/^(ERR_TLS|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|ERR_SSL|EPROTO)/, 'tls'],
  [/^(UND_ERR_SOCKET|ECONNRESET|EPIPE|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)/, 'cut short'],
  [/^(UND_ERR|HPE_)/, 'protocol'],
];

function failureOf(error) {
  if (error instanceof PluginError) return error;
  const cause = error?.cause ?? error;
  const code = String(cause?.code ?? '');
  const layer = LAYERS.find(([pattern]) => pattern.test(code))?.[1] ?? (error?.message === 'terminated' ? 'cut short' : 'send');
  return new PluginError(layer === 'protocol' ? 'protocol' : 'unavailable', `${layer}: ${cause?.message ?? String(error)}`);
}

/** Ends `controller` with a reason when nothing called `touch` for too long. */
class Deadline {
  #timer;
  #end;

  constructor(end) {
    this.#end = end;
  }

  set(milliseconds, what) {
    clearTimeout(this.#timer);
    if (milliseconds > 0) this.#timer = setTimeout(() => this.#end(new PluginError('timed_out', `timeout: ${what} after ${milliseconds} ms`)), milliseconds);
  }

  clear() {
    clearTimeout(this.#timer);
  }
}

export class Requests {
  #open = new Map();
  #network;
  #secrets;
  #native;

  /** `native()` gives the plugin that hears of what comes. */
  constructor({ network, secrets, native }) {
    this.#network = network;
    this.#secrets = secrets;
    this.#native = native;
  }

  /** Undefined when it is on its way, else why it is refused. */
  send(id, request) {
    const refusal = this.#network.refusal(request.url) || (request.proxy !== '' && request.proxy !== 'none' ? 'a proxy of its own is not offered in Node' : '');
    if (refusal !== '') return refusal;
    let headers;
    try {
      headers = request.headers.map(([name, value]) => [name, this.#secrets.fill(value)]);
    } catch (error) {
      return error.message;
    }
    const controller = new AbortController();
    this.#open.set(id, controller);
    queueMicrotask(() => void this.#run(id, { ...request, headers }, controller));
    return undefined;
  }

  cancel(id) {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }

  cancelAll() {
    for (const id of [...this.#open.keys()]) this.cancel(id);
  }

  async #run(id, request, controller) {
    let end = [0, ''];
    const silence = new Deadline((error) => controller.abort(error));
    const whole = new Deadline((error) => controller.abort(error));
    try {
      whole.set(request.totalTimeoutMs, 'the request was not done');
      silence.set(request.firstByteTimeoutMs || DEFAULT_FIRST_BYTE_MS, 'no head of a response');
      await this.#receive(id, request, controller, silence);
    } catch (error) {
      const failure = failureOf(controller.signal.reason instanceof PluginError ? controller.signal.reason : error);
      end = [statusNumber(failure.status), failure.message];
    }
    silence.clear();
    whole.clear();
    if (this.#open.delete(id)) this.#native()?.httpDone(id, ...end);
  }

  async #receive(id, request, controller, silence) {
    const body = request.body.length > 0 ? request.body : undefined;
    const response = await fetch(request.url, { method: request.method || 'GET', headers: request.headers, body, redirect: 'manual', signal: controller.signal });
    if (!this.#open.has(id)) return;
    this.#native()?.httpHead(id, response.status, [...response.headers].flat());
    const bytesMax = request.responseBytesMax || DEFAULT_BYTES_MAX;
    const idle = () => silence.set(request.idleTimeoutMs || DEFAULT_IDLE_MS, 'no piece of the response');
    let bytes = 0;
    idle();
    for await (const piece of response.body ?? []) {
      bytes += piece.length;
      if (bytes > bytesMax) throw new PluginError('too_large', `too large: the response has more than ${bytesMax} bytes`);
      if (!this.#open.has(id)) return;
      this.#native()?.httpBody(id, piece);
      idle();
    }
  }
}
