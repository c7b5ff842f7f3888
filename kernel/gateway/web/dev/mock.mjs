// A development aid: a gateway that speaks docs/protocol.md with a scripted model, so that the page can be worked on
// alone (`npm run build -- --watch` beside `npm run mock`). It is neither built nor installed with Chela.
//   node dev/mock.mjs [--port 18790] [--dist dist] [--token T] [--state FILE] [--held 4000]

import {createServer} from 'node:http';
import {readFileSync, writeFileSync, existsSync} from 'node:fs';
import {join, dirname, extname} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {randomUUID} from 'node:crypto';
import {WebSocketServer} from 'ws';
import {pieces, scriptFor} from './scripts.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const {values: options} = parseArgs({options: {
  port: {type: 'string', default: '18790'}, dist: {type: 'string', default: join(here, '../dist')},
  token: {type: 'string', default: ''}, state: {type: 'string', default: ''}, held: {type: 'string', default: '4000'},
}});
const pageHeaders = JSON.parse(readFileSync(join(here, '../headers.json'), 'utf8'));
const started = Date.now();
const kTypes = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json'};

/** id -> {id, title, createdAt, updatedAt, seq, messages, events, queue, running, sockets, stop} */
const sessions = new Map();

function getSession(id) {
  let session = sessions.get(id);
  if (!session) {
    const now = new Date().toISOString();
    session = {id, title: '', createdAt: now, updatedAt: now, seq: 0, messages: [], events: [], queue: [], running: false};
    sessions.set(id, session);
  }
  session.sockets ??= new Set();
  return session;
}

if (options.state && existsSync(options.state)) {
  for (const saved of JSON.parse(readFileSync(options.state, 'utf8'))) sessions.set(saved.id, {...saved, seq: 0, events: [], queue: [], running: false});
}
function save() {
  if (!options.state) return;
  const plain = [...sessions.values()].map(({id, title, createdAt, updatedAt, seq, messages}) => ({id, title, createdAt, updatedAt, seq, messages}));
  writeFileSync(options.state, JSON.stringify(plain));
}

function emit(session, event) {
  const full = {...event, sessionId: session.id, seq: ++session.seq};
  session.events.push(full);
  if (session.events.length > Number(options.held)) session.events.shift();
  for (const socket of session.sockets) socket.send(JSON.stringify(full));
}

const sleep = ms => new Promise(done => setTimeout(done, ms));

async function post(request, session, response) {
  let body = '';
  for await (const part of request) body += part;
  accept(session, JSON.parse(body).text, randomUUID());
  while (session.running) await sleep(0);
  return sendJson(response, 200, {message: session.messages.at(-1)});
}

function accept(session, text, messageId, socket) {
  const known = session.messages.find(message => message.id === messageId);
  if (known) return socket?.send(JSON.stringify({type: 'message_accepted', messageId, sessionId: session.id, seq: session.seq}));
  session.messages.push({id: messageId, role: 'user', text, createdAt: new Date().toISOString()});
  session.title ||= text.slice(0, 60);
  session.updatedAt = new Date().toISOString();
  emit(session, {type: 'message_accepted', messageId});
  save();
  session.queue.push({text, messageId});
  if (!session.running) void drain(session);
}

async function drain(session) {
  session.running = true;
  for (let next = session.queue.shift(); next; next = session.queue.shift()) await turn(session, next);
  session.running = false;
}

async function turn(session, {text, messageId}) {
  const reply = {inReplyToMessageId: messageId};
  const answer = {id: randomUUID(), role: 'assistant', text: '', createdAt: new Date().toISOString(), toolCalls: []};
  const at = session.messages.findIndex(message => message.id === messageId) + 1;
  answer.status = 'running';
  session.messages.splice(at, 0, answer);
  session.stop = false;
  emit(session, {type: 'typing_start', ...reply});
  let finishReason = 'stop';
  const script = scriptFor(text);
  const isQuick = script.every(step => step.pauseMs === 0);
  if (!isQuick) await sleep(120);
  for (const step of script) {
    if (session.stop) break;
    if (step.tool) await tool(session, reply, answer, step.tool);
    const kind = step.reasoning ? 'reasoning' : 'text';
    for (const piece of pieces(step[kind] ?? '', isQuick ? 1e9 : 7)) {
      if (session.stop) break;
      answer[kind] = (answer[kind] ?? '') + piece;
      emit(session, {type: kind === 'text' ? 'assistant_chunk' : 'reasoning_chunk', text: piece, ...reply});
      if (!isQuick) await sleep(step.pauseMs ?? 4);
    }
    if (step.error) {
      finishReason = 'error';
      emit(session, {type: 'error', code: 'unavailable', text: step.error, ...reply});
    }
  }
  if (session.stop) finishReason = 'cancelled';
  delete answer.status;
  if (finishReason !== 'stop') answer.status = finishReason;
  answer.usage = {inputTokens: 120 + text.length, outputTokens: Math.ceil(answer.text.length / 4)};
  emit(session, {type: 'assistant_done', text: answer.text, finishReason, usage: answer.usage, ...reply});
  emit(session, {type: 'typing_stop', ...reply});
  session.updatedAt = new Date().toISOString();
  save();
}

async function tool(session, reply, answer, {name, arguments: args, result, status}) {
  const toolCallId = randomUUID();
  const call = {id: toolCallId, name, arguments: JSON.stringify(args), status: 'running'};
  answer.toolCalls.push(call);
  emit(session, {type: 'tool_start', toolCallId, toolName: name, argumentsPreview: call.arguments, ...reply});
  await sleep(250);
  Object.assign(call, {result, status, durationMs: 250});
  emit(session, {type: 'tool_result', toolCallId, toolName: name, text: result, resultStatus: status, durationMs: 250, ...reply});
}

function sendJson(response, status, body) {
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
}

const summary = ({id, title, createdAt, updatedAt, messages}) => ({id, title, createdAt, updatedAt, messageCount: messages.length});

function page(url, response) {
  const name = url.pathname === '/chat' ? '/index.html' : url.pathname;
  const file = join(options.dist, name);
  if (name.includes('..') || !existsSync(file)) return sendJson(response, 404, {error: {code: 'not_found', message: 'no such asset'}});
  response.writeHead(200, {'content-type': kTypes[extname(file)], ...pageHeaders}).end(readFileSync(file));
}

function api(request, url, response) {
  const [, , , id, action] = url.pathname.split('/').map(decodeURIComponent);
  const limit = Number(url.searchParams.get('limit') ?? 500);
  if (url.pathname === '/api/status') {
    return sendJson(response, 200, {version: '0.1.0-mock', uptimeMs: Date.now() - started, authRequired: options.token !== '',
      model: {ref: 'demo/scripted', service: 'demo', demo: true}});
  }
  if (url.pathname === '/api/sessions' && request.method === 'GET') {
    const all = [...sessions.values()].filter(s => s.messages.length).sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
    return sendJson(response, 200, {sessions: all.slice(0, limit).map(summary)});
  }
  if (url.pathname === '/api/sessions' && request.method === 'POST') return sendJson(response, 200, {id: getSession(randomUUID()).id});
  const session = sessions.get(id);
  if (!session) return sendJson(response, 404, {error: {code: 'not_found', message: 'no such session'}});
  if (action === 'messages') return void post(request, session, response);
  if (action === 'stop') session.stop = true;
  else if (request.method === 'DELETE') sessions.delete(id), save();
  else return sendJson(response, 200, {...summary(session), running: session.running, seq: session.seq, heldAfter: (session.events[0]?.seq ?? session.seq + 1) - 1, messages: session.messages.slice(-limit)});
  return response.writeHead(204).end();
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  if (url.pathname === '/chat' || url.pathname.startsWith('/chat/')) return page(url, response);
  if (options.token && request.headers.authorization !== `Bearer ${options.token}`) {
    return sendJson(response, 401, {error: {code: 'denied', message: 'a token is required'}});
  }
  if (url.pathname.startsWith('/api/')) return api(request, url, response);
  if (url.pathname === '/doctor/text') return response.writeHead(200, {'content-type': 'text/plain'}).end('Chela doctor (mock)\n\n  ok    home is writable\n  ok    port is free\n  warn  no model key: the demonstration answers\n');
  return sendJson(response, 404, {error: {code: 'not_found', message: 'no such route'}});
});

const websockets = new WebSocketServer({noServer: true, maxPayload: 65536, handleProtocols: () => 'chela.v1'});
server.on('upgrade', (request, socket, head) => {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
  const wanted = `chela.token.${Buffer.from(options.token).toString('base64url')}`;
  if (options.token && !offered.includes(wanted)) return socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
  websockets.handleUpgrade(request, socket, head, ws => serve(ws, new URL(request.url, 'http://mock')));
});

function serve(socket, url) {
  let session = getSession(url.searchParams.get('session') || randomUUID());
  const attach = (id, after) => {
    session.sockets.delete(socket);
    session = getSession(id);
    const resumed = after === session.seq || (after < session.seq && session.events[0]?.seq <= after + 1);
    socket.send(JSON.stringify({type: 'attached', sessionId: session.id, seq: session.seq, resumed}));
    for (const event of session.events) if (resumed && event.seq > after) socket.send(JSON.stringify(event));
    session.sockets.add(socket);
  };
  socket.on('error', () => {}); // too big a frame; the close follows
  socket.on('close', () => session.sockets.delete(socket));
  socket.on('message', data => {
    const frame = JSON.parse(data);
    if (frame.type === 'attach') attach(frame.sessionId, frame.after ?? 0);
    if (frame.type === 'hello') attach(session.id, Number(url.searchParams.get('after') ?? session.seq));
    if (frame.type === 'stop') session.stop = true;
    if (frame.type === 'user_message') accept(session, frame.text ?? frame.content, frame.messageId ?? randomUUID(), socket);
  });
}

server.listen(Number(options.port), '127.0.0.1', () => {
  console.log(`chela gateway ready: http://127.0.0.1:${server.address().port} (${Date.now() - started} ms)`);
});
process.on('SIGTERM', () => process.exit(0));
