// A wire between the page and the gateway that fails in the ways wires do.

import {once} from 'node:events';
import {connect, createServer} from 'node:net';

export class Wire {
  #server;
  #pairs = new Set(); // {near, far, left, isDead}: `left` is how many more bytes reach the page before the cut
  url = '';

  async start(target) {
    const {hostname, port} = new URL(target);
    this.#server = createServer(near => this.#join(near, connect(Number(port), hostname)));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  #join(near, far) {
    const pair = {near, far, left: Infinity, isDead: false};
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('error', end).on('close', () => pair.isDead || end());
    near.on('data', bytes => pair.isDead || far.write(bytes));
    far.on('data', bytes => {
      if (pair.isDead) return;
      near.write(bytes.subarray(0, pair.left));
      pair.left -= bytes.length;
      if (pair.left > 0) return;
      pair.left = 0;
      near.end(end);
    });
  }

  /** Ends every connection; `afterBytes`: only once so many more bytes have reached the page, in the middle of a frame. */
  cut(afterBytes = 0) {
    for (const pair of [...this.#pairs]) {
      if (afterBytes > 0) pair.left = afterBytes;
      else pair.near.destroy();
    }
  }

  /** What is open now stays open and carries nothing more, as after a change of networks. New connections work. */
  die() {
    for (const pair of this.#pairs) pair.isDead = true;
  }

  /** From now on nothing reaches the page on the connections that are open; what it sends still arrives. */
  deafen() {
    for (const {far} of this.#pairs) far.removeAllListeners('data').resume();
  }

  stop() {
    for (const {near, far} of this.#pairs) near.destroy(), far.destroy();
    this.#server.close();
  }
}
