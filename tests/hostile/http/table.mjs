// How the tables of cases/ are written: groups of cases that share a sentence and a source, each case a line of
// [name, what is sent, verdict, more?]. `more` may hold `check(answers)` and `bodiless` (which final answers are those
// of HEAD). Bytes are text, one character each.

export const group = (source, sentence, cases) =>
  cases.map(([name, send, verdict, more]) => ({ name, send, verdict, source, sentence, ...more }));

export const host = 'Host: localhost\r\n';

// A complete request; `fields` are header lines with their line ends.
export const request = (method, target, fields = '', body = '') =>
  `${method} ${target} HTTP/1.1\r\n${host}${fields}\r\n${body}`;
export const get = (target = '/healthz', fields = '') => request('GET', target, fields);
// To a route that takes up to 4,096 bytes and answers with 201.
export const post = (fields = '', body = '') => request('POST', '/api/sessions', fields, body);
export const chunked = (body) => post('Transfer-Encoding: chunked\r\n', body);

// A request that must never be answered: it is hidden in what belongs to another.
export const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

// What may be sent besides text.
export const pause = (ms) => ({ pauseMs: ms });
export const endSending = { endSending: true }; // a half-closed connection
export const nextAnswer = { nextAnswer: true }; // wait for it

export const times = (count, text) => text.repeat(count);

// What a case sends, in one piece: pieces and pauses are the subject of some tests only.
export const bytesOf = ({ send }) =>
  [send]
    .flat()
    .filter((step) => typeof step === 'string')
    .join('');
