// Opening handshakes: RFC 6455 section 4, who may open a WebSocket here, and what is not negotiated (sections 12 and 13
// of the Autobahn list). A case: {name, says, status, change, line, body, headers}. `change` replaces header fields of
// a sound handshake: undefined takes one away, a list sends it several times. `headers` is what the answer must say.

const sound = (name, says, change, more = {}) => ({ name, says, status: 101, change, ...more });
const refused = (status, name, says, change, more = {}) => ({ name, says, status, change, ...more });
const needsUpgrade = { headers: { 'sec-websocket-version': '13', upgrade: 'websocket' } };
const field = (name) => (value) => ({ [name]: value });
const key = field('Sec-WebSocket-Key');
const version = field('Sec-WebSocket-Version');
const protocol = field('Sec-WebSocket-Protocol');
const origin = field('Origin');

const shapes = [
  sound('plain', 'what every client sends', {}),
  sound('upgrade in capitals', 'tokens ignore case', { Upgrade: 'WebSocket' }),
  sound('connection in small letters', 'tokens ignore case', { Connection: 'upgrade' }),
  sound('connection with keep-alive', 'as Firefox sends it', { Connection: 'keep-alive, Upgrade' }),
  sound('two connection fields', 'a list may be cut over fields', { Connection: ['keep-alive', 'Upgrade'] }),
  sound('several upgrades', 'one of them is enough', { Upgrade: 'foo/2, websocket' }),
  sound('h2c beside it', 'the one that is served is taken', { Upgrade: 'h2c, websocket' }),
  sound('blanks around values', 'they are not part of them', {
    Upgrade: '  websocket \t',
    'Sec-WebSocket-Version': ' 13 ',
  }),
  sound('fields that nobody knows', 'are ignored', { 'X-Unknown': 'x', Cookie: 'a=b', 'Sec-Fetch-Mode': 'websocket' }),
  sound('an empty body', 'a length of 0 is no body', { 'Content-Length': '0' }),
  sound('a session', 'one may be named', {}, { line: 'GET /ws?session=abc HTTP/1.1' }),
  sound('an event to go on from', 'after= is a number', {}, { line: 'GET /ws?session=abc&after=3 HTTP/1.1' }),
  sound('an event that is no number', 'is as none', {}, { line: 'GET /ws?after=x HTTP/1.1' }),
  sound('an absolute target', 'as proxies send it', {}, { line: 'GET http://HOST/ws HTTP/1.1' }),
  sound('an escaped letter', 'is the same path', {}, { line: 'GET /%77s HTTP/1.1' }),
  refused(426, 'no upgrade', 'it is no WebSocket', { Upgrade: undefined }, needsUpgrade),
  refused(426, 'no connection', 'the upgrade is not for this hop', { Connection: undefined }, needsUpgrade),
  refused(426, 'connection: close', 'the upgrade is not named', { Connection: 'close' }, needsUpgrade),
  refused(426, 'connection: upgraded', 'a token is matched whole', { Connection: 'Upgraded' }, needsUpgrade),
  refused(426, 'upgrade: websockets', 'a token is matched whole', { Upgrade: 'websockets' }, needsUpgrade),
  refused(426, 'upgrade: another', 'another protocol', { Upgrade: 'IRC/6.9' }, needsUpgrade),
  refused(426, 'upgrade: h2c', 'another protocol', { Upgrade: 'h2c' }, needsUpgrade),
  refused(426, 'upgrade: empty', 'no protocol', { Upgrade: '' }, needsUpgrade),
  refused(400, 'HTTP/1.0', 'has no upgrade', {}, { line: 'GET /ws HTTP/1.0' }),
  refused(413, 'a body', 'a handshake has none', { 'Content-Length': '1' }, { body: 'x' }),
  refused(400, 'a chunked body', 'a handshake has none', { 'Transfer-Encoding': 'chunked' }, { body: '0\r\n\r\n' }),
  refused(400, 'no host', 'as for every request', { Host: undefined }),
  refused(400, 'two hosts', 'as for every request', { Host: ['a', 'b'] }),
  ...['POST', 'PUT', 'DELETE', 'PATCH'].map((method) =>
    refused(405, `method ${method}`, 'only GET opens a WebSocket', {}, { line: `${method} /ws HTTP/1.1` }),
  ),
  refused(404, 'a path below', 'there is no such place', {}, { line: 'GET /ws/x HTTP/1.1' }),
  refused(404, 'a path in capitals', 'paths have one spelling', {}, { line: 'GET /WS HTTP/1.1' }),
  refused(400, 'a session with a slash', 'is no session', {}, { line: 'GET /ws?session=..%2Fx HTTP/1.1' }),
  refused(400, 'a session with a line end', 'is no session', {}, { line: 'GET /ws?session=a%0d%0ab HTTP/1.1' }),
  refused(400, 'a session with a NUL', 'is no session', {}, { line: 'GET /ws?session=a%00 HTTP/1.1' }),
  refused(
    400,
    'a session of 1000 letters',
    'is no session',
    {},
    { line: `GET /ws?session=${'a'.repeat(1000)} HTTP/1.1` },
  ),
];

const versions = [
  ...[
    '12',
    '14',
    '0',
    '8',
    '7',
    '',
    '13.0',
    '013',
    '+13',
    '1 3',
    '13, 8',
    '8, 13',
    'hybi-10',
    '-13',
    '9999999999999',
  ].map((value) => refused(426, `version "${value}"`, 'only 13 is spoken', version(value), needsUpgrade)),
  refused(426, 'no version', 'only 13 is spoken', version(undefined), needsUpgrade),
  refused(426, 'two versions', 'a version stands once', version(['13', '13']), needsUpgrade),
  refused(426, 'two different versions', 'a version stands once', version(['13', '8']), needsUpgrade),
];

const keys = [
  sound('a key of zeros', 'the key need not be random', key('AAAAAAAAAAAAAAAAAAAAAA==')),
  sound('a key with plus and slash', 'the base64 of RFC 4648 section 4', key('+/+/+/+/+/+/+/+/+/+/+w==')),
  ...[
    ['no key', undefined],
    ['an empty key', ''],
    ['a key of 15 bytes', 'AAAAAAAAAAAAAAAAAAAA'],
    ['a key of 17 bytes', 'AAAAAAAAAAAAAAAAAAAAAAA='],
    ['a key of 24 bytes', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['a key without its end', 'AAAAAAAAAAAAAAAAAAAAAA'],
    ['a key with one pad', 'AAAAAAAAAAAAAAAAAAAAAA='],
    ['a key with three pads', 'AAAAAAAAAAAAAAAAAAAAA==='],
    ['a key with a dash', '-_AAAAAAAAAAAAAAAAAAAA=='],
    ['a key with a blank', 'AAAAAAAAAAA AAAAAAAAAA=='],
    ['a key with stray bits', 'AAAAAAAAAAAAAAAAAAAAAB=='],
    ['a key in hexadecimal', '00112233445566778899aabbccddeeff'],
    ['two keys', ['AAAAAAAAAAAAAAAAAAAAAA==', 'AAAAAAAAAAAAAAAAAAAAAA==']],
    ['two keys in one field', 'AAAAAAAAAAAAAAAAAAAAAA==, AAAAAAAAAAAAAAAAAAAAAA=='],
    ['a key of 4000 letters', 'A'.repeat(4000)],
  ].map(([name, value]) => refused(400, name, 'the key is 16 bytes in base64', key(value))),
];

const protocols = [
  sound('a known subprotocol', 'is selected', protocol('chela.v1'), {
    headers: { 'sec-websocket-protocol': 'chela.v1' },
  }),
  sound('an unknown subprotocol', 'is not selected', protocol('mqtt'), {
    headers: { 'sec-websocket-protocol': undefined },
  }),
  sound('the known one as the last', 'is selected', protocol('mqtt, soap, chela.v1'), {
    headers: { 'sec-websocket-protocol': 'chela.v1' },
  }),
  sound('the known one in its own field', 'is selected', protocol(['mqtt', 'chela.v1']), {
    headers: { 'sec-websocket-protocol': 'chela.v1' },
  }),
  sound('the known one in capitals', 'subprotocols have one spelling', protocol('CHELA.V1'), {
    headers: { 'sec-websocket-protocol': undefined },
  }),
  sound('a longer name', 'is another subprotocol', protocol('chela.v10'), {
    headers: { 'sec-websocket-protocol': undefined },
  }),
  sound('an empty list', 'offers nothing', protocol(''), { headers: { 'sec-websocket-protocol': undefined } }),
  sound('commas only', 'offer nothing', protocol(', ,,'), { headers: { 'sec-websocket-protocol': undefined } }),
  sound('the same one twice', 'is answered once', protocol('chela.v1, chela.v1'), {
    headers: { 'sec-websocket-protocol': 'chela.v1' },
  }),
  sound('300 subprotocols', 'are read', protocol(Array.from({ length: 300 }, (_, index) => `p${index}`).join(', ')), {
    headers: { 'sec-websocket-protocol': undefined },
  }),
];

const deflate = 'permessage-deflate';
const offers = [
  ['12.1', deflate],
  ['12.2', `${deflate}; client_max_window_bits`],
  ['12.3', `${deflate}; client_no_context_takeover`],
  ['12.4', `${deflate}; server_no_context_takeover; client_no_context_takeover`],
  ['12.5', `${deflate}; server_max_window_bits=8`],
  ['13.1', `${deflate}; client_no_context_takeover; client_max_window_bits`],
  ['13.2', `${deflate}; server_no_context_takeover; client_max_window_bits`],
  ['13.3', `${deflate}; server_max_window_bits=9; client_max_window_bits`],
  ['13.4', `${deflate}; server_max_window_bits=15; client_max_window_bits`],
  ['13.5', `${deflate}; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits`],
  ['13.6', `${deflate}; server_no_context_takeover; server_max_window_bits=15; client_max_window_bits`],
  [
    '13.7',
    `${deflate}; server_no_context_takeover; server_max_window_bits=9, ${deflate}; server_no_context_takeover, ${deflate}`,
  ],
  ['older', 'x-webkit-deflate-frame'],
  ['bzip2', 'permessage-bzip2'],
  ['snappy', 'permessage-snappy'],
  ['unknown', 'foo; bar=baz; quux="a, b"'],
  ['broken', '; ;=,,"'],
  ['two fields', [deflate, 'foo']],
  ['bits out of range', `${deflate}; client_max_window_bits=99`],
  ['a parameter twice', `${deflate}; server_no_context_takeover; server_no_context_takeover`],
].map(([id, offer]) =>
  sound(
    `extension ${id}`,
    'is offered and not accepted; a compressed frame is refused',
    { 'Sec-WebSocket-Extensions': offer },
    {
      headers: { 'sec-websocket-extensions': undefined },
      compressedIsRefused: true,
    },
  ),
);

const foreign = [
  'http://evil.example',
  'https://HOST',
  'null',
  '',
  'http://HOST.evil.example',
  'http://evil.example/HOST',
  'http://HOST@evil.example',
  'http://evil.example@HOST',
  'http://HOST/',
  'http://HOST/path',
  'http://127.0.0.1',
  'http://127.0.0.1:1',
  'http://localhost',
  'file://',
  'chrome-extension://abcdefghijklmnop',
  'ws://HOST',
  '//HOST',
  'HOST',
  'http://HOST, http://evil.example',
  'http://evil.example http://HOST',
  'http:/HOST',
  'http://[::1]:80',
  'http://0.0.0.0',
  'http://2130706433',
  '*',
  'javascript:alert(1)',
];
const origins = [
  sound('the own origin', 'is welcome', origin('http://HOST')),
  sound('the own origin in capitals', 'is the same', origin('HTTP://HOST')),
  ...foreign.map((value) =>
    refused(403, `origin "${value}"`, "another site's page must not use the gateway", origin(value)),
  ),
  refused(403, 'two origins', 'an origin stands once', origin(['http://HOST', 'http://evil.example'])),
  refused(403, 'the own origin twice', 'an origin stands once', origin(['http://HOST', 'http://HOST'])),
];

const hosts = [
  sound('localhost', 'is this machine', { Host: 'localhost:PORT', Origin: 'http://localhost:PORT' }),
  sound('localhost with a final dot', 'is this machine', { Host: 'localhost.:PORT' }),
  sound('a name below localhost', 'is this machine', { Host: 'desk.localhost:PORT' }),
  ...[
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'xlocalhost',
    '10.0.0.1',
    '169.254.169.254',
  ].map((host) =>
    refused(403, `host ${host}`, 'a re-bound name is not served', { Host: host, Origin: `http://${host}` }),
  ),
  refused(403, 'forwarded by a proxy', 'nobody vouches for the client', { 'X-Forwarded-For': '203.0.113.9' }),
  refused(403, 'forwarded by a proxy that names itself', 'nobody vouches for the client', {
    Forwarded: 'for=203.0.113.9',
  }),
  refused(403, 'forwarded from this machine', 'anybody can say so', { 'X-Real-IP': '127.0.0.1' }),
];

export const openCases = [...shapes, ...versions, ...keys, ...protocols, ...offers, ...origins, ...hosts];

// At a gateway with the token `tokenOfTests`.
export const tokenOfTests = 'correct-horse-battery';
const code = (token) => Buffer.from(token).toString('base64url');
const known = `chela.token.${code(tokenOfTests)}`;
const bearer = field('Authorization');
const selected = { headers: { 'sec-websocket-protocol': 'chela.v1' } };
const unselected = { headers: { 'sec-websocket-protocol': undefined } };

export const tokenCases = [
  sound('the token as a bearer', 'lets in', bearer(`Bearer ${tokenOfTests}`)),
  sound('the scheme in small letters', 'lets in', bearer(`bearer ${tokenOfTests}`)),
  sound('the token as a subprotocol', 'lets in, and is not repeated', protocol(`chela.v1, ${known}`), selected),
  sound('the token before the subprotocol', 'lets in', protocol(`${known}, chela.v1`), selected),
  sound('the token alone', 'lets in, and is not repeated', protocol(known), unselected),
  sound('a re-bound name with the token', 'a name grants nothing', {
    Host: 'evil.example',
    ...bearer(`Bearer ${tokenOfTests}`),
  }),
  refused(403, 'a foreign origin with the token', 'a page may not borrow it', {
    Origin: 'http://evil.example',
    ...bearer(`Bearer ${tokenOfTests}`),
  }),
  refused(401, 'no token', 'strangers stay out', {}, { headers: { 'www-authenticate': 'Bearer' } }),
  refused(
    401,
    'a token in the query',
    'addresses end up in logs',
    {},
    { line: `GET /ws?token=${tokenOfTests} HTTP/1.1` },
  ),
  refused(401, 'another scheme', 'is no token', bearer(`Basic ${Buffer.from(`x:${tokenOfTests}`).toString('base64')}`)),
  refused(401, 'a bearer without a token', 'is no token', bearer('Bearer ')),
  refused(401, 'a subprotocol without a token', 'is no token', protocol('chela.v1, chela.token.')),
  refused(401, 'a subprotocol that is no base64url', 'is no token', protocol('chela.v1, chela.token.***')),
  refused(
    401,
    'a subprotocol with the token as it is',
    'is no token',
    protocol(`chela.v1, chela.token.${tokenOfTests}!`),
  ),
  refused(401, 'the beginning of the token', 'is a wrong one', bearer(`Bearer ${tokenOfTests.slice(0, -1)}`)),
  refused(401, 'the token and more', 'is a wrong one', bearer(`Bearer ${tokenOfTests}x`)),
  refused(401, 'the token in capitals', 'is a wrong one', bearer(`Bearer ${tokenOfTests.toUpperCase()}`)),
  refused(401, 'a wrong token as a subprotocol', 'is a wrong one', protocol(`chela.v1, chela.token.${code('wrong')}`)),
];
