// A chat completions service that streams the scripted answers, so that the real gateway can be made to say anything.

import {createServer} from 'node:http';
import {once} from 'node:events';
import {pieces, scriptFor} from '../../kernel/gateway/web/dev/scripts.mjs';

function lastQuestion(messages) {
  const content = messages.findLast(message => message.role === 'user')?.content ?? '';
  return typeof content === 'string' ? content : content.map(part => part.text ?? '').join('');
}

async function answer(request, response) {
  let body = '';
  for await (const part of request) body += part;
  if (request.method !== 'POST') return response.writeHead(200, {'content-type': 'application/json'}).end('{"object":"list","data":[{"id":"one","object":"model"}]}');
  response.writeHead(200, {'content-type': 'text/event-stream'});
  const send = (delta, finish_reason = null) => response.write(
    `data: ${JSON.stringify({id: 'c1', object: 'chat.completion.chunk', model: 'one', choices: [{index: 0, delta, finish_reason}]})}\n\n`);
  for (const step of scriptFor(lastQuestion(JSON.parse(body).messages))) {
    if (step.error) return response.destroy();
    for (const piece of pieces(step.reasoning ?? '')) send({reasoning_content: piece});
    for (const piece of pieces(step.text ?? '')) {
      if (response.destroyed) return;
      send({content: piece});
      if (step.pauseMs) await new Promise(done => setTimeout(done, step.pauseMs));
    }
  }
  send({}, 'stop');
  response.end('data: [DONE]\n\n');
}

export async function startModelService() {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {url: `http://127.0.0.1:${server.address().port}/v1`, stop: () => { server.closeAllConnections(); server.close(); }};
}
