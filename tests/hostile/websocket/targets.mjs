// Where the cases run: a server that echoes, and the gateway's /ws, which speaks docs/protocol.md.
//
// At the gateway a text message is carried inside a valid one, {"type":"hello","pad":"…"}, in the same fragments;
// that it was taken is seen from its answer, `attached`. Binary messages are understood by nobody: close 1003.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { binary as chela, getJson, startGateway } from '../../e2e/gateway.mjs';
import { defer } from '../../e2e/scope.mjs';
import { bufferOf, bytesOf, text } from './frames.mjs';
import { Peer } from './peer.mjs';

const hello = '{"type":"hello"}';
const opening = Buffer.from('{"type":"hello","pad":"');
const ending = Buffer.from('"}');
export const fragmentsMax = 16384;
const carried = (content) => Buffer.concat([opening, content, ending]);

export class Echo {
  static title = 'the echo server';
  static suits = () => true;
  path = '/';

  static async start(scope) {
    const child = spawn(join(dirname(chela), 'websocket_echo'), { stdio: ['pipe', 'pipe', 'inherit'] });
    const exited = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
    defer(scope, async () => {
      child.stdin.end();
      assert.equal(await exited, 0, 'the echo server did not end well');
    });
    const line = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.stdout.setEncoding('utf8').once('data', resolve);
    });
    return new Echo(child, Number(/^listening (\d+)/.exec(line)[1]));
  }

  constructor(child, port) {
    Object.assign(this, { child, port });
  }

  get pid() {
    return this.child.pid;
  }

  open(options) {
    return Peer.open(this.port, options);
  }

  check() {
    assert.equal(this.child.exitCode, null);
  }

  // What a case's message looks like here.
  message(step) {
    return step;
  }

  // What must come back, given what the case says of a server in general.
  expectation(expect) {
    return expect;
  }

  accepts(event, step) {
    return event.kind === step.kind && event.payload.equals(bufferOf(step.content));
  }
}

export class Gateway {
  static title = 'the gateway';
  path = '/ws';

  // The limits of connections are those of other tests; the size of a message is wide enough for every case.
  static async start(scope, limits = { maxMessageBytes: 33554432 }) {
    const webSocket = { messagesPerMinutePerConnection: 0, maxConnectionsPerIp: 1000, ...limits };
    return new Gateway(await startGateway(scope, { config: { gateway: { webSocket } } }));
  }

  // No JSON string can hold a NUL as it is, and no envelope is empty.
  static suits({ steps }) {
    return steps.every(
      ({ step, kind, content }) =>
        step !== 'message' || kind !== 'text' || (content.size !== 0 && !bufferOf(content).includes(0)),
    );
  }

  constructor(gateway) {
    Object.assign(this, { gateway, port: gateway.port, pid: gateway.pid });
  }

  // Attached before the case begins: from then on answers keep the order of the messages.
  async open(options) {
    const peer = await Peer.open(this.port, { path: this.path, ...options });
    peer.write(bytesOf([text(hello)]));
    await peer.until(() => peer.events.length > 0);
    assert.equal(JSON.parse(peer.events.splice(0)[0].payload).type, 'attached');
    return peer;
  }

  check() {
    return getJson(this.gateway, '/health');
  }

  message(step) {
    if (step.kind !== 'text') return step;
    const { size } = step.content;
    if (size !== undefined) {
      assert.ok(size >= hello.length, `no envelope has ${size} bytes`);
      const room = size - opening.length - ending.length;
      return { ...step, content: room < 0 ? hello.padEnd(size) : carried(Buffer.alloc(room, '*')) };
    }
    const content = step.withheld ? Buffer.concat([opening, bufferOf(step.content)]) : carried(bufferOf(step.content));
    return { ...step, content, cuts: step.cuts?.map((at) => at + opening.length) };
  }

  expectation(expect) {
    const end = expect.findIndex(({ answer }) => answer && this.#refusal(answer));
    return end < 0 ? expect : [...expect.slice(0, end), { close: this.#refusal(expect[end].answer) }];
  }

  #refusal({ kind, content, every }) {
    if (every && bufferOf(content).length / every > fragmentsMax) return 1009;
    return kind === 'binary' ? 1003 : undefined;
  }

  accepts(event, step) {
    return step.kind === 'text' && event.kind === 'text' && JSON.parse(event.payload).type === 'attached';
  }
}
