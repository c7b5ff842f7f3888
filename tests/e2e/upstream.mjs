// A model server that misbehaves on purpose, on a bare TCP socket: what a well-behaved mock cannot do.

import net from 'node:net';
import { defer } from './scope.mjs';

const chunkOf = (delta, finish = null) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'test-model',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`;

export const streamHead =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';

const chunked = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
export const piece = (text) => chunked(chunkOf({ content: text }));
export const streamEnd = chunked(chunkOf({}, 'stop')) + chunked('data: [DONE]\n\n') + '0\r\n\r\n';

// A whole, correct answer.
export const goodAnswer = (text) => (socket) => socket.end(streamHead + piece(text) + streamEnd);

// Each way to fail: called with the socket once the request is in.
export const misbehaviours = {
  'closes before any answer': (socket) => socket.end(),
  'resets before any answer': (socket) => socket.resetAndDestroy(),
  'hangs before the headers': () => {},
  'hangs in the headers': (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Ty'),
  'hangs in the middle of the stream': (socket) => socket.write(streamHead + piece('first words ')),
  'dies in the middle of the stream': (socket) => socket.end(streamHead + piece('first words ')),
  'resets in the middle of the stream': (socket) =>
    socket.write(streamHead + piece('first words '), () => socket.resetAndDestroy()),
  'ends the stream without [DONE] or a finish reason': (socket) =>
    socket.end(`${streamHead}${piece('first words ')}0\r\n\r\n`),
  'sends bytes that are no HTTP': (socket) => socket.end('\u0000\u0001\u0002 what?\r\n\r\n'),
  'sends a stream of no JSON': (socket) => socket.end(`${streamHead}${chunked('data: {oh no\n\n')}0\r\n\r\n`),
  'sends JSON of another shape': (socket) => socket.end(`${streamHead}${chunked('data: [1, 2, 3]\n\n')}0\r\n\r\n`),
  'sends a page instead of a stream': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<html>login</html>\r\n'),
  'sends an error within the stream': (socket) =>
    socket.end(
      `${streamHead}${piece('first words ')}${chunked('data: {"error":{"message":"out of memory","code":500}}\n\n')}0\r\n\r\n`,
    ),
  'answers with a line without end': (socket) => {
    socket.write(streamHead);
    const more = `${Buffer.alloc(65536, 'a')}`;
    const write = () => {
      while (!socket.destroyed && socket.write(chunked(more)));
    };
    socket.on('drain', write);
    socket.write(chunked('data: '));
    write();
  },
};

// Listens on loopback; `behave(socket, request)` runs for each request, whose body is parsed JSON.
export async function startUpstream(t, behave) {
  const upstream = { behave, requests: [], sockets: new Set() };
  const server = net.createServer((socket) => {
    upstream.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => upstream.sockets.delete(socket));
    let bytes = Buffer.alloc(0);
    socket.on('data', (data) => {
      bytes = Buffer.concat([bytes, data]);
      const request = takeRequest(bytes);
      if (!request) return;
      bytes = Buffer.alloc(0);
      upstream.requests.push(request);
      upstream.behave(socket, request);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  upstream.url = `http://127.0.0.1:${server.address().port}/v1`;
  defer(t, () => {
    upstream.sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return upstream;
}

function takeRequest(bytes) {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const [line, ...lines] = bytes.subarray(0, head).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((text) => [text.slice(0, text.indexOf(':')).toLowerCase(), text.slice(text.indexOf(':') + 1).trim()]),
  );
  const length = Number(headers['content-length'] ?? 0);
  if (bytes.length < head + 4 + length) return undefined;
  const text = bytes.subarray(head + 4, head + 4 + length).toString('utf8');
  const [method, path] = line.split(' ');
  return { method, path, headers, body: text ? JSON.parse(text) : undefined };
}

// The configuration that makes `url` the model behind every conversation.
export const upstreamConfig = (url, provider = {}) => ({
  agents: { defaults: { model: { primary: 'mock/test-model' } } },
  models: {
    providers: {
      mock: {
        baseUrl: url, apiKey: 'test-key', api: 'openai-completions',
        models: [{ id: 'test-model', name: 'Test model' }], ...provider,
      },
    },
  },
});
