// A chat completions service that streams scripted answers, so that the real gateway can be made to say anything.

import {createServer} from 'node:http';
import {once} from 'node:events';
import {pieces, scriptFor} from '../../kernel/gateway/web/dev/scripts.mjs';

const kPiecesMax = 400; // of an endless text

function textOf({content = ''}) {
  return typeof content === 'string' ? content : content.map(part => part.text ?? '').join('');
}

/** What is left of the script for the last question: a tool's result continues behind the call that it answers. */
function remaining(messages, script) {
  const at = messages.findLastIndex(message => message.role === 'user');
  const steps = script(textOf(messages[at] ?? {}));
  const results = messages.slice(at + 1).filter(message => message.role === 'tool').length;
  const calls = steps.flatMap((step, i) => step.tool ? [i] : []);
  return results === 0 ? steps : steps.slice((calls[results - 1] ?? steps.length) + 1);
}

async function answer(request, response, script) {
  let body = '';
  for await (const part of request) body += part;
  if (request.method !== 'POST') return response.writeHead(200, {'content-type': 'application/json'}).end('{"object":"list","data":[{"id":"one","object":"model"}]}');
  const steps = remaining(JSON.parse(body).messages, script);
  const refusal = steps[0]?.refusal;
  if (refusal) return response.writeHead(400, {'content-type': 'application/json'}).end(JSON.stringify({error: {message: refusal, type: 'invalid_request_error'}}));
  response.writeHead(200, {'content-type': 'text/event-stream'});
  const send = (delta, finish_reason = null) => response.write(
    `data: ${JSON.stringify({id: 'c1', object: 'chat.completion.chunk', model: 'one', choices: [{index: 0, delta, finish_reason}]})}\n\n`);
  const end = reason => {
    send({}, reason);
    response.end('data: [DONE]\n\n');
  };
  for (const step of steps) {
    if (step.error) return response.destroy();
    for (const piece of pieces(step.reasoning ?? '')) send({reasoning_content: piece});
    const size = step.pauseMs || step.gate ? 7 : Math.max(7, Math.ceil((step.text ?? '').length / kPiecesMax));
    for (const piece of pieces(step.text ?? '', size)) {
      await step.gate?.pass();
      if (response.destroyed) return;
      send({content: piece});
      if (step.pauseMs) await new Promise(done => setTimeout(done, step.pauseMs));
    }
    if (step.tool) {
      send({tool_calls: [{index: 0, id: `call-${Math.random()}`, type: 'function',
        function: {name: step.tool.name, arguments: JSON.stringify(step.tool.arguments)}}]});
      return end('tool_calls');
    }
  }
  end('stop');
}

/** Lets the test say when the model speaks: a step with a `gate` waits before each piece until it is released. */
export class Gate {
  #allowed = 0;
  #waiting = [];

  release(pieces) {
    this.#allowed += pieces;
    while (this.#allowed > 0 && this.#waiting.length > 0) {
      --this.#allowed;
      this.#waiting.shift()();
    }
  }

  async pass() {
    if (this.#allowed > 0) return void --this.#allowed;
    await new Promise(done => this.#waiting.push(done));
  }
}

/** `script`: from the question to steps as in scripts.mjs; the real tools run. {refusal} answers 400 with this text. */
export async function startModelService(script = scriptFor) {
  const server = createServer((request, response) => void answer(request, response, script));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {url: `http://127.0.0.1:${server.address().port}/v1`, stop: () => { server.closeAllConnections(); server.close(); }};
}
