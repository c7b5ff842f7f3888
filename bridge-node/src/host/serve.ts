// Puts the process together: the socket, the peer, the host, and what keeps plugins from disturbing them.

import { Peer } from '../connection/peer.js';
import { SocketCarrier } from '../connection/socket.js';
import { currentPlugin } from '../plugin/context.js';
import { defect, isMethod } from '../protocol.js';
import { guardPrototypes, watchFaults } from './faults.js';
import { replaceFetch } from './fetch.js';
import { Host } from './host.js';
import { mendOlderNode } from './older_node.js';
import { captureOutput } from './output.js';
import { tieTimers } from './timers.js';

export async function serve(): Promise<void> {
  captureOutput(currentPlugin);
  guardPrototypes();
  tieTimers(currentPlugin);
  mendOlderNode();
  if (process.env.CHELA_HOST_NETWORK === 'gateway') {
    replaceFetch(currentPlugin);
    (await import('./http.js')).replaceHttp(currentPlugin); // by itself: it loads node:http, 11 MB
  }
  let peer: Peer;
  const carrier = new SocketCarrier((text) => peer.receive(text));
  const host = new Host(carrier);
  peer = new Peer(carrier, host, (method, part, value) => (isMethod(method) ? defect(method, part, value) : undefined));
  host.connect(peer);
  watchFaults({ current: currentPlugin, all: () => host.plugins });
}
