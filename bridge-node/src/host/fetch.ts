// fetch() for a process without a network: every request is the gateway's to send (http.send), in the plugin's name and within its
// permissions. http.ts does the same for node:http.

import { CallError, asCallError } from '../connection/errors.js';
import type { Plugin } from '../plugin/plugin.js';
import type { HttpHeader, HttpPiece } from '../protocol.js';

const REDIRECTS_MAX = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const BODILESS = new Set([101, 204, 205, 304]);
const PRIVATE = ['authorization', 'cookie', 'proxy-authorization'];

export interface Outgoing {
  method: string;
  url: string;
  headers: Headers;
  body: Uint8Array | undefined;
  signal: AbortSignal;
}

const headerList = (headers: Headers): HttpHeader[] => Array.from(headers, ([name, value]) => ({ name, value }));

/** A body that is read as fast as it is wanted: the next piece is taken from the gateway when there is room. */
class Body {
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wanted: (() => void) | undefined;
  #over = false;

  constructor(cancel: () => void) {
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#wanted?.(),
      cancel: () => {
        this.#over = true;
        this.#wanted?.();
        cancel();
      },
    });
  }

  async add(data: string): Promise<void> {
    if (this.#over) return;
    this.#controller!.enqueue(Buffer.from(data, 'base64'));
    if ((this.#controller!.desiredSize ?? 0) > 0) return;
    await new Promise<void>((resolve) => {
      this.#wanted = resolve;
    });
  }

  end(error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    if (error === undefined) this.#controller!.close();
    else this.#controller!.error(error);
  }
}

/** One exchange; resolves with the head, the body follows. */
export function exchange(plugin: Plugin, request: Outgoing): Promise<Response> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const body = new Body(() => stop.abort(new CallError('cancelled', 'the body is not wanted')));
  return new Promise((resolve, reject) => {
    const onEvent = (event: unknown) => {
      const piece = event as HttpPiece;
      if (piece.type === 'body') return body.add(piece.data ?? '');
      const headers = new Headers((piece.headers ?? []).map(({ name, value }): [string, string] => [name, value]));
      const bodiless = BODILESS.has(piece.status ?? 0);
      if (bodiless) void body.stream.cancel();
      const response = new Response(bodiless ? null : body.stream, { status: piece.status ?? 200, headers });
      Object.defineProperty(response, 'url', { value: request.url });
      return resolve(response);
    };
    const { method, url, headers } = request;
    const params = { method, url, headers: headerList(headers), ...(request.body && { body: Buffer.from(request.body).toString('base64') }) };
    plugin.request('http.send', params, { signal, onEvent }).then(
      () => {
        body.end();
        reject(new CallError('unavailable', 'the gateway answered without a head')); // without effect when there was one
      },
      (error: unknown) => {
        const reason: unknown = request.signal.aborted ? request.signal.reason : new TypeError('fetch failed', { cause: asCallError(error) });
        body.end(reason);
        reject(reason as Error);
      },
    );
  });
}

/** The next request of a chain, as browsers and Node's own fetch make it. */
function redirected(request: Outgoing, status: number, location: string): Outgoing {
  const url = new URL(location, request.url);
  const headers = new Headers(request.headers);
  const toGet = status === 303 ? request.method !== 'HEAD' : (status === 301 || status === 302) && request.method === 'POST';
  if (toGet) for (const name of ['content-type', 'content-length', 'content-encoding']) headers.delete(name);
  if (url.origin !== new URL(request.url).origin) for (const name of PRIVATE) headers.delete(name);
  return { ...request, url: url.href, headers, ...(toGet && { method: 'GET', body: undefined }) };
}

export async function fetchByGateway(plugin: Plugin, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const given = new Request(input, init);
  const bytes = given.body === null ? undefined : new Uint8Array(await given.arrayBuffer());
  let request: Outgoing = { method: given.method, url: given.url, headers: given.headers, body: bytes, signal: given.signal };
  for (let redirects = 0; ; redirects += 1) {
    const response = await exchange(plugin, request);
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null || given.redirect === 'manual') return response;
    await response.body?.cancel();
    if (given.redirect === 'error' || redirects >= REDIRECTS_MAX) throw new TypeError('fetch failed', { cause: new Error('redirect refused') });
    request = redirected(request, response.status, location);
  }
}

/** From now on `fetch` of plugins goes by the gateway. */
export function replaceFetch(current: () => Plugin | undefined): void {
  const own = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const plugin = current();
    return plugin === undefined ? own(input, init) : fetchByGateway(plugin, input as RequestInfo, init);
  };
}
