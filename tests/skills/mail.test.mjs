// The mail skill against a server of one mailbox that speaks as much IMAP as its script uses.

import assert from 'node:assert/strict';
import {createServer} from 'node:net';
import {before, it} from 'node:test';
import {atEnd, script} from './bundled.mjs';

const message = (head, body) => [...Object.entries(head).map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n');
const kStructure = '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 5 1)';

class Mailbox {
  messages = new Map([
    [7, {flags: [], structure: kStructure, text: message({Date: 'Fri, 01 May 2026 08:00:00 +0200', From: '=?utf-8?q?J=C3=BCrgen?= <j@example.org>', To: 'me@example.org',
      Subject: 'Lunch?', 'Message-ID': '<one@example.org>', 'Content-Type': 'text/plain; charset=utf-8', 'Content-Transfer-Encoding': '8bit'}, 'Tomorrow at noon?')}],
    [9, {flags: ['\\Seen'], structure: `(${kStructure}("APPLICATION" "PDF" NIL NIL NIL "BASE64" 4 NIL ("attachment" ("FILENAME" "a.pdf"))) "MIXED")`,
      text: message({Date: 'Fri, 01 May 2026 09:00:00 +0000', From: 'no-reply@shop.example', To: 'me@example.org, you@example.org', Subject: 'Invoice', 'List-Id': '<shop>',
        'Content-Type': 'multipart/mixed; boundary=x'}, ['--x', 'Content-Type: text/html', '', '<style>p{}</style><p>Pay &amp; go</p>', '--x',
        'Content-Type: application/pdf', 'Content-Disposition: attachment; filename="a.pdf"', 'Content-Transfer-Encoding: base64', '', 'AAAA', '--x--'].join('\r\n'))}],
  ]);
  log = [];
  appended = [];

  answer(tag, line, literal, say) {
    this.log.push(line.replace(/^\S+ /, ''));
    const [, verb, rest = ''] = /^(?:UID )?(\S+) ?(.*)$/.exec(line.replace(/^\S+ /, ''));
    const done = (word = 'OK') => say(`${tag} ${word} done`);
    if (verb === 'LOGIN') return done(/"?me@example.org"? "?sesame"?/.test(rest) ? 'OK' : 'NO [AUTHENTICATIONFAILED] wrong');
    if (verb === 'CAPABILITY') say('* CAPABILITY IMAP4rev1 MOVE');
    if (verb === 'LIST') say('* LIST (\\HasNoChildren) "/" "INBOX"\r\n* LIST (\\HasNoChildren \\Drafts) "/" "My Drafts"');
    if (verb === 'EXAMINE' || verb === 'SELECT') say('* 2 EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY 1] ok');
    if (verb === 'SEARCH') say(`* SEARCH ${[...this.messages].filter(([, one]) => !rest.includes('UNSEEN') || !one.flags.includes('\\Seen')).map(([uid]) => uid).join(' ')}`);
    if (verb === 'FETCH') this.fetch(rest, say);
    if (verb === 'STORE') this.messages.get(Number(rest.split(' ')[0])).flags.push('\\Seen');
    if (verb === 'APPEND') this.appended.push({where: rest, text: literal});
    if (verb === 'LOGOUT') say('* BYE');
    return done();
  }

  fetch(rest, say) {
    for (const uid of rest.split(' ')[0].split(',').map(Number)) {
      const one = this.messages.get(uid);
      if (!one) continue;
      const base = `UID ${uid} RFC822.SIZE ${one.text.length}`;
      if (rest.includes('HEADER.FIELDS')) {
        const head = one.text.slice(0, one.text.indexOf('\r\n\r\n') + 4);
        say(`* 1 FETCH (${base} FLAGS (${one.flags.join(' ')}) BODYSTRUCTURE ${one.structure} BODY[HEADER.FIELDS (DATE)] {${Buffer.byteLength(head)}}\r\n${head})`);
      } else if (rest.includes('BODY.PEEK[]')) say(`* 1 FETCH (${base} BODY[] {${Buffer.byteLength(one.text)}}\r\n${one.text})`);
      else say(`* 1 FETCH (${base})`);
    }
  }

  serve(socket) {
    const say = text => socket.write(`${text}\r\n`);
    let text = '';
    let waiting = null; // a command whose literal is on its way
    say('* OK ready');
    socket.setEncoding('latin1').on('error', () => {}).on('data', data => {
      text += data;
      for (;;) {
        if (waiting) {
          if (text.length < waiting.size + 2) return;
          const literal = text.slice(0, waiting.size);
          text = text.slice(waiting.size + 2);
          this.answer(waiting.tag, waiting.line, literal, say);
          waiting = null;
          continue;
        }
        const end = text.indexOf('\r\n');
        if (end < 0) return;
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        const size = /\{(\d+)\}$/.exec(line);
        if (size) {
          waiting = {line, tag: line.split(' ')[0], size: Number(size[1])};
          say('+ go on');
        } else this.answer(line.split(' ')[0], line, '', say);
      }
    });
  }
}

const box = new Mailbox();
let port;
before(async () => {
  const server = createServer(socket => box.serve(socket));
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => server.close());
  ({port} = server.address());
});
const mail = (args, {env = {}, ...options} = {}) => script('email-triage/scripts/mail.py', args,
  {env: {IMAP_HOST: `127.0.0.1:${port}`, IMAP_USER: 'me@example.org', IMAP_PASSWORD: 'sesame', IMAP_PLAIN: '1', ...env}, ...options});

it('lists with hints, the latest first', async () => {
  const {code, stdout, stderr} = await mail(['list', '--days', '3']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(stdout.trim().split('\n'), ['9\t2026-05-01T09:00+00:00\tno-reply@shop.example\tInvoice\t[list auto files]',
    '7\t2026-05-01T08:00+02:00\tJürgen <j@example.org>\tLunch?\t[unread to-me]']);
  assert.match(box.log.find(line => line.includes('SEARCH')), /SINCE \d+-[A-Z][a-z]{2}-\d{4}/);
  assert.match((await mail(['list', '--unread', '--json'])).stdout, /"uid": "7"/);
});

it('shows a message and leaves it unread', async () => {
  assert.match((await mail(['show', '7'])).stdout, /^Date: .*\nFrom: Jürgen <j@example.org>\nTo: me@example.org\nSubject: Lunch\?\n\nTomorrow at noon\?\n$/);
  assert.match((await mail(['show', '9'])).stdout, /Attachments: a\.pdf \(application\/pdf\)\n\nPay & go\n$/);
  assert.deepEqual(box.messages.get(7).flags, []);
  assert.ok(!box.log.some(line => /STORE|SELECT "INBOX"/.test(line)));
  assert.equal((await mail(['show', '8'])).code, 2);
});

it('saves a draft where drafts are, and sends nothing', async () => {
  const {code, stdout, stderr} = await mail(['draft', '7', '--text', '-'], {input: 'Yes, gladly.\n'});
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^saved in My Drafts: to Jürgen <j@example.org>, "Re: Lunch\?"; not sent/);
  const [{where, text}] = box.appended;
  assert.match(where, /^"My Drafts" \(\\Draft \\Seen\)/);
  assert.match(text, /In-Reply-To: <one@example\.org>/);
  assert.match(text, /Subject: Re: Lunch\?/);
  assert.match(text, /Yes, gladly\.\r\n\r\n.*\r\n> Tomorrow at noon\?/s);
});

it('marks and moves what it is told to', async () => {
  assert.equal((await mail(['mark', '7', '--read'])).stdout, 'marked 1 messages: read\n');
  assert.equal((await mail(['move', '7', '9', '--to', 'Old "mail"'])).stdout, 'moved 2 messages to Old "mail"\n');
  assert.ok(box.log.includes('UID STORE 7 +FLAGS (\\Seen)'));
  assert.ok(box.log.includes('UID MOVE 7,9 "Old \\"mail\\""'), box.log.join('\n'));
  assert.ok(!box.log.some(line => /EXPUNGE|Deleted/.test(line)));
});

it('says what is wrong, and shows no password to strangers', async () => {
  assert.match((await mail(['list'], {env: {IMAP_PASSWORD: 'wrong'}})).stderr, /does not let me@example\.org in/);
  assert.equal((await mail(['list'], {env: {IMAP_HOST: 'mail.example.org:143'}})).code, 2);
  assert.equal((await mail(['list'], {env: {IMAP_USER: ''}})).code, 2);
  assert.equal((await mail(['mark', '7; DELETE', '--read'])).code, 2);
});
