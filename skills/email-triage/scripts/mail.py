#!/usr/bin/env python3
"""An IMAP mailbox from the command line: reads, marks, moves, and saves drafts. It neither sends nor deletes."""

import argparse
import datetime
import email
import email.header
import email.message
import email.policy
import email.utils
import html
import imaplib
import ipaddress
import json
import os
import re
import ssl
import sys
import time

TIMEOUT_S = 30
MESSAGE_BYTES_MAX = 10 << 20
TEXT_MAX = 20000
HEAD = '(UID FLAGS RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC SUBJECT LIST-ID LIST-UNSUBSCRIBE PRECEDENCE AUTO-SUBMITTED)])'
FLAGS = {'read': ('+FLAGS', '\\Seen'), 'unread': ('-FLAGS', '\\Seen'), 'flag': ('+FLAGS', '\\Flagged'), 'unflag': ('-FLAGS', '\\Flagged')}


def stop(code, message):
    print(f'mail: {message}', file=sys.stderr)
    sys.exit(code)


def is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == 'localhost'


def connect():
    missing = [name for name in ('IMAP_HOST', 'IMAP_USER', 'IMAP_PASSWORD') if not os.environ.get(name, '').strip()]
    if missing:
        stop(2, f'{", ".join(missing)} has to be set in the settings of this skill')
    host, _, port = os.environ['IMAP_HOST'].strip().partition(':')
    try:
        if os.environ.get('IMAP_PLAIN') == '1':
            if not is_loopback(host):
                stop(2, 'without TLS only a server on this machine is asked')
            server = imaplib.IMAP4(host, int(port or 143), timeout=TIMEOUT_S)
        else:
            server = imaplib.IMAP4_SSL(host, int(port or 993), ssl_context=ssl.create_default_context(), timeout=TIMEOUT_S)
        server.login(os.environ['IMAP_USER'].strip(), os.environ['IMAP_PASSWORD'].strip())
        return server
    except imaplib.IMAP4.error as error:
        return stop(1, f'the server does not let {os.environ["IMAP_USER"]} in: {text_of_error(error)}')
    except (OSError, ValueError) as error:
        return stop(1, f'{host} is not reached: {error}')


def text_of_error(error):
    value = error.args[0] if error.args else error
    return value.decode('utf-8', 'replace') if isinstance(value, bytes) else str(value)


def checked(answer):
    status, data = answer
    if status != 'OK':
        stop(1, f"the server refused: {b' '.join(one for one in data if isinstance(one, bytes)).decode('utf-8', 'replace')}")
    return data


def quoted(name):
    return '"' + name.replace('\\', '\\\\').replace('"', '\\"') + '"'


def select(server, folder, readonly=True):
    checked(server.select(quoted(folder), readonly=readonly))


def decoded(text):
    try:
        return ' '.join(str(email.header.make_header(email.header.decode_header(text or ''))).split())
    except (ValueError, LookupError, UnicodeDecodeError):
        return ' '.join((text or '').split())


def hints_of(head, flags, structure):
    hints = []
    if head.get('List-Id') or head.get('List-Unsubscribe') or (head.get('Precedence') or '').lower() in ('bulk', 'list'):
        hints.append('list')
    if (head.get('Auto-Submitted') or 'no').lower() != 'no' or re.search(r'no-?reply|donotreply', head.get('From') or '', re.IGNORECASE):
        hints.append('auto')
    receivers = email.utils.getaddresses([str(head[name]) for name in ('To', 'Cc') if head.get(name)])
    if len(receivers) == 1 and receivers[0][1].lower() == os.environ['IMAP_USER'].strip().lower():
        hints.append('to-me')
    if '\\Answered' in flags:
        hints.append('answered')
    if re.search(r'"attachment"', structure, re.IGNORECASE):
        hints.append('files')
    return hints


def heads(server, uids):
    if not uids:
        return []
    out = []
    for part in checked(server.uid('FETCH', ','.join(uids), HEAD)):
        if not isinstance(part, tuple):
            continue
        info = part[0].decode('utf-8', 'replace')
        head = email.message_from_bytes(part[1])
        flags = re.search(r'FLAGS \(([^)]*)\)', info)
        flags = flags[1].split() if flags else []
        date = email.utils.parsedate_to_datetime(head['Date']) if date_is_good(head['Date']) else None
        out.append({'uid': re.search(r'UID (\d+)', info)[1], 'date': date.isoformat(timespec='minutes') if date else '',
                    'from': decoded(head['From']), 'subject': decoded(head['Subject']) or '(no subject)',
                    'unread': '\\Seen' not in flags, 'flagged': '\\Flagged' in flags, 'hints': hints_of(head, flags, info)})
    return out


def date_is_good(text):
    try:
        return email.utils.parsedate_to_datetime(text) is not None
    except (TypeError, ValueError, IndexError):
        return False


def folders(_):
    for line in checked(connect().list()):
        match = re.match(r'\((?P<flags>[^)]*)\) (?:"[^"]*"|NIL) "?(?P<name>.*?)"?$', (line or b'').decode('utf-8', 'replace'))
        if match:
            print(f"{match['name']}\t{match['flags']}")


def listing(arguments):
    server = connect()
    select(server, arguments.folder)
    wanted = ['UNSEEN'] if arguments.unread else []
    if arguments.days:
        since = datetime.date.today() - datetime.timedelta(days=arguments.days)
        wanted += ['SINCE', f'{since.day}-{"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[since.month - 1]}-{since.year}']
    for key, text in (('FROM', arguments.sender), ('SUBJECT', arguments.subject), ('TEXT', arguments.text)):
        if text and not text.isascii():
            stop(2, f'"{text}": only plain letters are searched; leave the others out')
        wanted += [key, quoted(text)] if text else []
    found = (checked(server.uid('SEARCH', *(wanted or ['ALL'])))[0] or b'').decode().split()
    rows = heads(server, found[-arguments.limit:])
    rows.sort(key=lambda one: int(one['uid']), reverse=True)
    if arguments.json:
        return print(json.dumps(rows, ensure_ascii=False, indent=1))
    for one in rows:
        marks = ' '.join([*(['unread'] if one['unread'] else []), *(['flagged'] if one['flagged'] else []), *one['hints']])
        print(f"{one['uid']}\t{one['date']}\t{one['from']}\t{one['subject']}\t[{marks}]")
    print(f'{len(rows)} of {len(found)} messages', file=sys.stderr)


def fetch(server, uid):
    if not uid.isdigit():
        stop(2, f'"{uid}" is no number of a message; `list` shows them')
    size = re.search(rb'RFC822\.SIZE (\d+)', b' '.join(one for one in checked(server.uid('FETCH', uid, '(RFC822.SIZE)')) if one))
    if not size:
        stop(2, f'there is no message {uid} in this folder')
    if int(size[1]) > MESSAGE_BYTES_MAX:
        stop(1, f'message {uid} is larger than {MESSAGE_BYTES_MAX >> 20} MiB')
    data = checked(server.uid('FETCH', uid, '(BODY.PEEK[])'))
    return email.message_from_bytes(next(one[1] for one in data if isinstance(one, tuple)), policy=email.policy.default)


def body_of(message):
    part = message.get_body(preferencelist=('plain', 'html'))
    if part is None:
        return ''
    try:
        text = part.get_content()
    except (LookupError, ValueError):
        text = (part.get_payload(decode=True) or b'').decode('utf-8', 'replace')
    if part.get_content_type() == 'text/html':
        text = re.sub(r'(?is)<(script|style|head).*?</\1>', ' ', text)
        text = html.unescape(re.sub(r'<[^>]+>', ' ', re.sub(r'(?i)<(br|/p|/div|/tr|/li)[^>]*>', '\n', text)))
        text = '\n'.join(' '.join(line.split()) for line in text.splitlines())
    return re.sub(r'\n{3,}', '\n\n', text.replace('\r\n', '\n')).strip()


def show(arguments):
    server = connect()
    select(server, arguments.folder)
    message = fetch(server, arguments.uid)
    for name in ('Date', 'From', 'To', 'Cc', 'Reply-To', 'Subject'):
        if message[name]:
            print(f'{name}: {decoded(str(message[name]))}')
    files = [f'{one.get_filename() or "unnamed"} ({one.get_content_type()})' for one in message.iter_attachments()]
    if files:
        print('Attachments: ' + ', '.join(files))
    text = body_of(message)
    print('\n' + (text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + '\n[cut]'))


def drafts_of(server):
    for line in checked(server.list()):
        match = re.match(r'\(([^)]*)\) (?:"[^"]*"|NIL) "?(.*?)"?$', (line or b'').decode('utf-8', 'replace'))
        if match and '\\drafts' in match[1].lower():
            return match[2]
    return 'Drafts'


def text_in(path):
    try:
        if path == '-':
            return sys.stdin.read()
        with open(path, encoding='utf-8') as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        return stop(2, f'{path}: {error}')


def draft(arguments):
    text = text_in(arguments.text)
    server = connect()
    select(server, arguments.folder)
    original = fetch(server, arguments.uid)
    reply = email.message.EmailMessage(policy=email.policy.SMTP)
    subject = ' '.join(str(original['Subject'] or '').split())
    reply['From'] = os.environ['IMAP_USER'].strip()
    reply['To'] = str(original['Reply-To'] or original['From'] or '')
    reply['Subject'] = subject if re.match(r'(?i)re:', subject) else f'Re: {subject}'
    reply['Date'] = email.utils.localtime()
    if original['Message-ID']:
        identity = ' '.join(str(original['Message-ID']).split())
        reply['In-Reply-To'] = identity
        reply['References'] = ' '.join(f"{original['References'] or ''} {identity}".split())
    quote = '\n'.join('> ' + line for line in body_of(original).splitlines()[:60])
    reply.set_content(f"{text.strip()}\n\n{original['From']}, {original['Date']}:\n{quote}\n")
    folder = arguments.drafts or drafts_of(server)
    checked(server.append(quoted(folder), '(\\Draft \\Seen)', imaplib.Time2Internaldate(time.time()), reply.as_bytes()))
    print(f"saved in {folder}: to {reply['To']}, \"{reply['Subject']}\"; not sent")


def uids_of(arguments):
    if not all(uid.isdigit() for uid in arguments.uids):
        stop(2, 'numbers of messages are needed; `list` shows them')
    return ','.join(arguments.uids)


def mark(arguments):
    chosen = [name for name in FLAGS if getattr(arguments, name)]
    if not chosen:
        stop(2, 'one of --read, --unread, --flag, --unflag is needed')
    server = connect()
    select(server, arguments.folder, readonly=False)
    for name in chosen:
        checked(server.uid('STORE', uids_of(arguments), FLAGS[name][0], f'({FLAGS[name][1]})'))
    print(f'marked {len(arguments.uids)} messages: {", ".join(chosen)}')


def move(arguments):
    server = connect()
    if 'MOVE' not in server.capabilities and 'MOVE' not in str(server.capability()):
        stop(1, 'this server cannot move messages in one step, and copying would mean deleting')
    select(server, arguments.folder, readonly=False)
    checked(server.uid('MOVE', uids_of(arguments), quoted(arguments.to)))
    print(f'moved {len(arguments.uids)} messages to {arguments.to}')


def parse_arguments():
    parser = argparse.ArgumentParser(description='An IMAP mailbox: reads, marks, moves, saves drafts. It neither sends nor deletes.')
    commands = parser.add_subparsers(dest='command', required=True)

    def command(name, run, about):
        one = commands.add_parser(name, help=about)
        one.add_argument('--folder', default='INBOX')
        one.set_defaults(run=run)
        return one

    command('folders', folders, 'the names of all folders')
    one = command('list', listing, 'messages, the latest first')
    one.add_argument('--unread', action='store_true')
    one.add_argument('--days', type=int)
    one.add_argument('--from', dest='sender')
    one.add_argument('--subject')
    one.add_argument('--text')
    one.add_argument('--limit', type=int, default=50)
    one.add_argument('--json', action='store_true')
    command('show', show, 'one message; it stays unread').add_argument('uid')
    one = command('draft', draft, 'a reply, saved as a draft')
    one.add_argument('uid')
    one.add_argument('--text', required=True, help='a file; "-" is standard input')
    one.add_argument('--drafts', help='the folder of drafts, when the server does not say')
    one = command('mark', mark, 'flags of messages')
    one.add_argument('uids', nargs='+')
    for name in FLAGS:
        one.add_argument(f'--{name}', action='store_true')
    one = command('move', move, 'into another folder')
    one.add_argument('uids', nargs='+')
    one.add_argument('--to', required=True)
    return parser.parse_args()


if __name__ == '__main__':
    given = parse_arguments()
    try:
        given.run(given)
    except imaplib.IMAP4.error as problem:
        stop(1, f'the server: {text_of_error(problem)}')
