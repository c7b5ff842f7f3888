// node:http and node:https for a process without a network. Every connection that a client opens ends in a server inside this process, which
// has the gateway send the request (http.send). So requests, agents and whatever is built on them behave as Node makes them.

import * as http from 'node:http';
import * as https from 'node:https';
import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { asCallError } from '../connection/errors.js';
import type { Plugin } from '../plugin/plugin.js';
import { exchange } from './fetch.js';

/** Of one connection only, or no longer true of a body that the gateway has decoded. */
const DROPPED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding', 'upgrade', 'expect']);

interface Origin {
  plugin: Plugin;
  protocol: 'http:' | 'https:';
  near: Duplex;
}

type Connect = (options: unknown, callback?: unknown) => unknown;

async function readBody(request: http.IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks.length === 0 ? undefined : Buffer.concat(chunks);
}

async function relay({ plugin, protocol }: Origin, req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  const headers = new Headers();
  for (let index = 0; index + 1 < req.rawHeaders.length; index += 2) {
    const name = req.rawHeaders[index]!.toLowerCase();
    if (name !== 'host' && !DROPPED.has(name)) headers.append(name, req.rawHeaders[index + 1]!);
  }
  const url = new URL(req.url ?? '/', `${protocol}//${req.headers.host}`).href;
  const response = await exchange(plugin, { method: req.method ?? 'GET', url, headers, body: await readBody(req), signal: gone.signal });
  const pairs = Array.from(response.headers).filter(([name]) => !DROPPED.has(name));
  res.writeHead(response.status, [...pairs.flat(), 'connection', 'close']);
  if (response.body !== null) {
    for await (const chunk of response.body) if (!res.write(chunk)) await once(res, 'drain', { signal: gone.signal });
  }
  res.end();
}

/** From now on the connections of plugins' HTTP clients end here. */
export function replaceHttp(current: () => Plugin | undefined): void {
  const origins = new WeakMap<object, Origin>();
  const server = http.createServer({ requireHostHeader: false }, (req, res) => {
    const origin = origins.get(req.socket)!;
    relay(origin, req, res).catch((error: unknown) => {
      const cause = (error as { cause?: unknown } | null)?.cause ?? error;
      origin.near.destroy(new Error(asCallError(cause).message));
    });
  });
  const replace = (agent: { createConnection: Connect }, protocol: Origin['protocol']) => {
    const own = agent.createConnection;
    agent.createConnection = function (this: unknown, options, callback) {
      const plugin = current();
      if (plugin === undefined) return own.call(this, options, callback);
      const [near, far] = duplexPair();
      const quiet = { setTimeout: () => far, setNoDelay: () => far, setKeepAlive: () => far, ref: () => far, unref: () => far };
      Object.assign(far, quiet);
      Object.assign(near, quiet, protocol === 'https:' && { encrypted: true, authorized: true });
      origins.set(far, { plugin, protocol, near });
      near.on('close', () => far.destroy());
      server.emit('connection', far);
      return near;
    };
  };
  replace(http.Agent.prototype as unknown as { createConnection: Connect }, 'http:');
  replace(https.Agent.prototype as unknown as { createConnection: Connect }, 'https:');
}
