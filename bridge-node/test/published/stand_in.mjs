// Stand-ins of chat networks and services, and of the kernel's turn, for plugins as their authors published them.

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { FLAGS, kernelFor } from '../kernel.mjs';

/** Official plugins have more code than the others. */
export const LARGE_FLAGS = [...FLAGS.slice(0, -1), '--max-old-space-size=512'];

const packages = fileURLToPath(new URL('../../node_modules/', import.meta.url));
/** The second package of the tests: upstream's own plugins and the package openclaw, which are large. */
const official = fileURLToPath(new URL('./', import.meta.url));
/** Where a package of either is installed. */
export const folderOf = (name) => [packages, `${official}node_modules/`].map((folder) => folder + name).find((folder) => existsSync(folder));

/** For a host process that has the real package openclaw, as after the installation of a plugin of class R. */
export const realPackage = (env = {}) => ({ flags: LARGE_FLAGS,
  env: { CHELA_OPENCLAW_FOLDER: official, NODE_COMPILE_CACHE: `${official}node_modules/.cache/compiled`, ...env } });
export const withRealPackage = (block, env) => kernelFor(block, realPackage(env));

/** Sends every https request of the host process to the address in STAND_IN. */
export const redirecting = ['--import', new URL('redirect.mjs', import.meta.url).href];

export function install(kernel, name, plugin, more = {}) {
  const folder = folderOf(name);
  const path = `${folder}/openclaw.plugin.json`;
  const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  return kernel.startPlugin(folder, { plugin, manifest, ...more });
}

/** A service: `answer(request, body)` gives the JSON to answer with (a promise may wait; `$status`, `$text` or `$bytes`, and `$type` are the answer's own); `socket(send, message)` hears WebSocket messages. */
export class StandIn {
  seen = [];
  sockets = [];
  #watchers = new Set();

  static async start({ answer = () => ({}), socket = () => {} }) {
    const service = new StandIn();
    service.server = http.createServer(async (req, res) => {
      const chunks = [];
      for await (const chunk of req) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      service.note({ method: req.method, url: req.url, body });
      const { $status: status = 200, $bytes: bytes, $text: text = bytes, $type: type = 'application/json', ...value } = [await answer(req, body)].map((given) => (Array.isArray(given) ? { $text: JSON.stringify(given) } : given))[0];
      res.writeHead(status, { 'content-type': type });
      res.end(text ?? JSON.stringify(value));
    });
    new WebSocketServer({ server: service.server }).on('connection', (connection) => {
      service.sockets.push(connection);
      service.note({ method: 'SOCKET', url: 'open', body: '' });
      connection.on('message', (data) => {
        service.note({ method: 'SOCKET', url: 'message', body: String(data) });
        socket((message) => connection.send(JSON.stringify(message)), JSON.parse(data));
      });
    });
    service.server.listen(0, '127.0.0.1');
    await once(service.server, 'listening');
    service.server.unref();
    service.port = service.server.address().port;
    return service;
  }

  note(request) {
    this.seen.push(request);
    for (const watcher of this.#watchers) watcher(request);
  }

  /** The first request for which `test` holds, seen already or yet to come. */
  heard(test) {
    const known = this.seen.find(test);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      const watcher = (request) => {
        if (!test(request)) return;
        this.#watchers.delete(watcher);
        resolve(request);
      };
      this.#watchers.add(watcher);
    });
  }

  end() {
    for (const socket of this.sockets) socket.terminate();
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** The kernel's turn: one final answer, delivered by the plugin; resolves with what the turn was given and how the delivery went. */
export function answering(kernel, text) {
  const turn = Promise.withResolvers();
  kernel.methods['turn.run'] = async (params, id) => {
    kernel.send({ method: 'call.event', params: { call: id, events: [{ type: 'final', awaited: true, delivery: 1, payload: { text } }] } });
    turn.resolve({ params, delivered: await kernel.told('turn.delivered', (told) => told.call === id) });
    return { queuedFinal: true, counts: { tool: 0, block: 0, final: 1 } };
  };
  return turn.promise;
}
