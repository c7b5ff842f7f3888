// httpRoute.handle: the plugin's handler gets a real request and a real response of Node's, over a connection inside this process.

import * as http from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import { CallError } from '../connection/errors.js';
import type { IncomingCall } from '../connection/incoming.js';
import { runAs } from '../plugin/context.js';
import type { Plugin } from '../plugin/plugin.js';
import { isFunction, type Json } from '../json.js';

interface Header {
  name: string;
  value: string;
}

const PIECE_BYTES_MAX = 256 << 10;
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length', 'expect']);

type Handled = (handled: boolean, error?: unknown) => void;

/** The server's end; the handler's own word on whether the request was its own comes back by `done`. */
function serve(plugin: Plugin, handler: (req: unknown, res: unknown) => unknown, params: Json, done: Handled): Duplex {
  const [near, far] = duplexPair();
  const [address = '', port = '0'] = String(params.remoteAddress ?? '').split(/:(?=\d+$)/);
  Object.assign(far, { remoteAddress: address.replace(/^\[|\]$/g, ''), remotePort: Number(port), setTimeout: () => far, setNoDelay: () => far,
    setKeepAlive: () => far });
  const server = http.createServer({ requireHostHeader: false }, (req, res) => {
    Object.assign(req, { principal: params.principal ?? '', scopes: params.scopes ?? [] });
    runAs(plugin, () => Promise.resolve()
      .then(() => handler(req, res))
      .then((value) => done(value !== false || res.headersSent), (error: unknown) => done(true, error)));
  });
  server.emit('connection', far);
  near.on('close', () => far.destroy());
  return near;
}

function outgoing(params: Json, connection: Duplex): http.ClientRequest {
  const request = http.request({ method: params.method as string, path: params.target as string, createConnection: () => connection as never,
    setHost: false, agent: undefined as never });
  const grouped = new Map<string, string[]>();
  for (const { name, value } of params.headers as Header[]) {
    if (!HOP_BY_HOP.has(name.toLowerCase())) grouped.set(name, [...(grouped.get(name) ?? []), value]);
  }
  for (const [name, values] of grouped) request.setHeader(name, values.length === 1 ? values[0]! : values);
  request.setHeader('connection', 'close');
  return request;
}

function headersOf(response: http.IncomingMessage): Header[] {
  const headers: Header[] = [];
  const ofConnection = new Set((response.headers.connection ?? '').toLowerCase().split(',').map((name) => name.trim()));
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2) {
    const name = response.rawHeaders[index]!.toLowerCase();
    if (!HOP_BY_HOP.has(name) && !ofConnection.has(name) && name !== 'date') headers.push({ name, value: response.rawHeaders[index + 1]! });
  }
  return headers;
}

async function forward(response: http.IncomingMessage, call: IncomingCall): Promise<void> {
  await call.emit({ type: 'head', status: response.statusCode, headers: headersOf(response) });
  for await (const chunk of response as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES_MAX) {
      await call.emit({ type: 'body', data: chunk.subarray(at, at + PIECE_BYTES_MAX).toString('base64') });
    }
    if (call.cancelled) return;
  }
}

export function handleRoute(plugin: Plugin, params: Json, call: IncomingCall): Promise<Json> {
  const handler = plugin.registrations.find(params.key as string)?.value;
  if (!isFunction(handler)) throw new CallError('not_found', `there is no http route "${params.key}"`);
  if (call.cancelled !== undefined) throw call.cancelled;
  return new Promise<Json>((resolve, reject) => {
    let passed = false;
    let failure: unknown;
    const connection = serve(plugin, handler, params, (handled, error) => {
      passed = !handled;
      failure = error;
      if (passed || error !== undefined) connection.destroy();
    });
    const request = outgoing(params, connection);
    const cut = (error: unknown) => (passed ? resolve({ handled: false }) : reject(failure ?? error));
    request.on('response', (response) => {
      forward(response, call).then(() => resolve({ handled: true }), cut);
    });
    request.on('error', cut);
    request.on('close', () => connection.destroy());
    call.signal.addEventListener('abort', () => connection.destroy(), { once: true });
    request.end(typeof params.body === 'string' ? Buffer.from(params.body, 'base64') : undefined);
  });
}
