// Content-Length as RFC 9112 section 6.2 and RFC 9110 section 8.6 want it, and as smugglers write it.

const post = (lengths, body = 'hello') =>
  `POST /api/sessions HTTP/1.1\r\nHost: localhost\r\n${lengths.map((value) => `Content-Length:${value}\r\n`).join('')}\r\n${body}`;

const refused = (name, sentence, lengths, source) => ({ name, sentence, source, send: post(lengths), verdict: '400 closed' });

export default {
  subject: 'Content-Length',
  cases: [
    {
      name: 'plain',
      sentence: 'A body of the declared length is read to its end.',
      source: 'RFC 9112 6.2',
      send: post([' 5']),
      verdict: '201 open',
    },
    refused('twice, differing', 'Two lengths leave the end of the body open.', [' 5', ' 6'], 'RFC 9112 6.3'),
  ],
};
