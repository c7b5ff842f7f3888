// A model that does what it is told: "call NAME ARGUMENTS" is answered with that call, a tool's result with "done".

import { once } from 'node:events';
import { createServer } from 'node:http';

const kHead = { 'content-type': 'text/event-stream' };
const textOf = (content) => (typeof content === 'string' ? content : content.map((part) => part.text ?? '').join(''));

function* chunks(messages) {
  const piece = (delta, finish_reason = null) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'test-model', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const last = messages.at(-1);
  const [, name, args] = (last.role === 'user' && /call (\S+) (.*)$/s.exec(textOf(last.content))) || [];
  if (name) {
    yield piece({ tool_calls: [{ index: 0, id: `call-${messages.length}`, type: 'function', function: { name, arguments: args } }] });
    yield piece({}, 'tool_calls');
  } else {
    yield piece({ content: 'done' });
    yield piece({}, 'stop');
  }
  yield 'data: [DONE]\n\n';
}

export async function startModel() {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    if (request.method !== 'POST') return response.end('{"object":"list","data":[{"id":"test-model","object":"model"}]}');
    response.writeHead(200, kHead);
    return response.end([...chunks(JSON.parse(body).messages)].join(''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/v1`, stop };
}
