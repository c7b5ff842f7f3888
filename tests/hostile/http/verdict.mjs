// Plays one case of the table against a gateway and says what happened, in the words of the table.

import { RawConnection } from './raw_connection.mjs';

const quietMs = 80;
let probes = 0;

// `200 404 open`: the answers in order, then what became of the connection:
//   open      the next request on it is answered, by exactly one answer, and it is the right one
//   closed    the gateway has ended it
//   waiting   nothing more comes and it is not closed: the gateway waits for the rest of a request
//   upgraded  it has become a WebSocket
// `credentials` are the header lines that the next request needs.
export async function play(port, test, credentials = '') {
  const connection = await RawConnection.open(port);
  try {
    connection.expectHeadAnswers(test.bodiless ?? []);
    for (const step of [test.send].flat()) await take(step, connection);
    const wanted = test.verdict.split(' ');
    const state = wanted.pop();
    await connection.until(() => connection.answers.length >= wanted.length || connection.closed);
    const end = await reach(state, connection, wanted.length, credentials);
    const answers = [...connection.answers];
    return { verdict: [...answers.map(({ status }) => status), end].join(' '), answers };
  } finally {
    connection.destroy();
  }
}

async function take(step, connection) {
  if (typeof step === 'string') return connection.send(step);
  if (step.pauseMs) return connection.until(() => connection.closed, step.pauseMs);
  if (step.endSending) return connection.endSending();
  const count = connection.answers.length;
  return connection.until(() => connection.answers.length > count || connection.closed);
}

// Waits for what the case expects; the answer is what really is.
async function reach(state, connection, count, credentials) {
  if (state === 'closed') await connection.until(() => connection.closed);
  if (state === 'waiting')
    await connection.until(() => connection.closed || connection.answers.length > count, quietMs);
  if (connection.closed) {
    return connection.leftover.length > 0 ? `${connection.leftover.length} bytes of half an answer` : 'closed';
  }
  if (connection.answers.at(-1)?.upgraded) return 'upgraded';
  return state === 'open' ? probe(connection, credentials) : 'waiting';
}

// A good request whose answer names it. It is taken off the answers again.
async function probe(connection, credentials) {
  const path = `/probe-${++probes}`;
  const count = connection.answers.length;
  connection.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${credentials}\r\n`);
  await connection.until(() => connection.answers.length > count || connection.closed);
  const answer = connection.answers.at(-1);
  if (connection.answers.length !== count + 1 || answer.status !== 404 || !answer.body.includes(`at ${path};`)) {
    return connection.closed ? 'closed' : 'out of step';
  }
  connection.answers.pop();
  return 'open';
}
