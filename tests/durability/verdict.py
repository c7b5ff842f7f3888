"""What people were told, and whether a disk still knows it."""

import contextlib
import hashlib
import json
import re
import sqlite3

import gateway
import model

EVENT = re.compile(rb'\{"type":"(message_accepted|tool_result|assistant_done)"|\{"duplicate":true,"messageId"')
SIZES = (10, 10, 10, 200, 3_000, 40_000)  # bytes of a message, more or less


def text_of(message_id):
    """What the message says: it follows from its id, so that a half or foreign one is seen."""
    digest = hashlib.sha256(message_id.encode()).hexdigest()
    if int(digest[:2], 16) % 8 == 0:
        return f'Write a note: {message_id}'
    size = SIZES[int(digest[2:4], 16) % len(SIZES)]
    return f'{message_id} ' + (digest * (size // len(digest) + 1))[:size]


def is_note(message_id):
    return text_of(message_id).startswith('Write a note')


class Facts:
    """What left the gateway, up to a record of the journal."""

    def __init__(self):
        self.accepted = {}   # session -> ids in the order of their acknowledgement
        self.done = {}       # (session, id) -> answer
        self.noted = set()   # ids of notes that a tool has reported as written
        self._streams = {}
        self._decoder = json.JSONDecoder()

    def add(self, record):
        if record.type != model.SENT:
            return
        stream = self._streams.get(record.inode, b'') + record.first
        at = 0
        while found := EVENT.search(stream, at):
            end = whole_object(stream, found.start())
            if end is None:
                at = found.start()
                break
            self._take(json.loads(stream[found.start():end]))
            at = end
        else:
            at = max(at, len(stream) - 64)
        self._streams[record.inode] = stream[at:]

    def _take(self, event):
        session = event['sessionId']
        if event['type'] == 'message_accepted':
            known = self.accepted.setdefault(session, [])
            if event['messageId'] not in known:
                known.append(event['messageId'])
        elif event['type'] == 'assistant_done':
            if event['finishReason'] == 'stop':
                self.done[session, event['inReplyToMessageId']] = event['text']
        elif event['toolName'] == 'write_file' and event['resultStatus'] == 'completed':
            self.noted.add(event['inReplyToMessageId'])

    @property
    def count(self):
        return sum(map(len, self.accepted.values()))


def whole_object(data, start):
    """Where the JSON object that begins at `start` ends; None when its end has not come yet."""
    depth, at, in_text = 0, start, False
    while at < len(data):
        byte = data[at]
        if in_text:
            if byte == 0x5c:
                at += 1
            elif byte == 0x22:
                in_text = False
        elif byte == 0x22:
            in_text = True
        elif byte == 0x7b:
            depth += 1
        elif byte == 0x7d:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return None


def problems_of(home, facts, within='.'):
    """What is wrong with the files of a home, one line each; `within` is where CHELA_HOME lies below it."""
    problems = list(problems_of_files(home, facts, within))
    database = home / within / 'state' / 'chela.db'
    if not database.exists():
        if facts.count:
            problems.append(f'the database is gone, and with it {facts.count} acknowledged messages')
        return problems
    try:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            problems += problems_of_database(connection, facts)
    except sqlite3.Error as error:
        problems.append(f'the database cannot be read: {error}')
    return problems


def problems_of_files(home, facts, within):
    try:
        if json.loads((home / 'chela.json').read_text())['gateway'] != gateway.CONFIG['gateway']:
            yield 'chela.json has changed'
    except (OSError, ValueError, KeyError) as error:
        yield f'chela.json is not whole: {error}'
    notes = home / within / 'workspace' / 'notes' / 'demo.md'
    lines = notes.read_text(errors='replace').splitlines() if notes.exists() else []
    broken = [line for line in lines if not line or text_of(line) != f'Write a note: {line}']
    if broken:
        yield f'notes/demo.md has broken lines: {broken[:3]}'
    if lost := facts.noted - set(lines):
        yield f'{len(lost)} notes that a tool has reported as written are gone'


def problems_of_database(connection, facts):
    for row in connection.execute('PRAGMA integrity_check'):
        if row[0] != 'ok':
            yield f'integrity_check: {row[0]}'
    if connection.execute('PRAGMA foreign_key_check').fetchone():
        yield 'foreign_key_check: a row without its parent'
    tables = {name for (name,) in connection.execute('SELECT name FROM sqlite_schema')}
    if 'entries' not in tables:
        if facts.count:
            yield f'the tables are gone, and with them {facts.count} acknowledged messages'
        return
    rows = connection.execute('SELECT session_id, turn_id, role, message, client_message_id FROM entries ORDER BY id')
    stored, turn_of, answers = {}, {}, {}
    for session, turn, role, message, message_id in rows:
        try:
            content = json.loads(message)['content']
        except (ValueError, KeyError):
            yield f'an entry of {session} is no message'
            continue
        if role == 'user':
            stored.setdefault(session, []).append(message_id)
            turn_of[session, message_id] = turn
            if content != text_of(message_id):
                yield f'the text of {message_id} is not what was sent'
        elif role == 'assistant':
            answers[turn] = answers.get(turn, '') + (content or '')
    yield from problems_of_sessions(connection, facts, stored)
    reasons = dict(connection.execute('SELECT id, finish_reason FROM turns'))
    for key, text in facts.done.items():
        turn = turn_of.get(key)
        if reasons.get(turn) != 'stop' or answers.get(turn) != text:
            yield f'the answer to {key[1]} was reported as done and is not stored ({reasons.get(turn)!r})'


def problems_of_sessions(connection, facts, stored):
    for session, ids in facts.accepted.items():
        found = stored.get(session, [])
        lost = [message_id for message_id in ids if message_id not in found]
        if lost:
            yield f'{session}: {len(lost)} of {len(ids)} acknowledged messages are gone, the first is {lost[0]}'
        elif [message_id for message_id in found if message_id in set(ids)] != ids:
            yield f'{session}: the order of the messages has changed'
    counts = dict(connection.execute('SELECT id, message_count FROM sessions'))
    for session, found in stored.items():
        if len(set(found)) != len(found):
            yield f'{session}: a message is there twice'
        if found != sorted(found):
            yield f'{session}: the messages are not in the order in which they were sent'
        if counts.get(session) != 2 * len(found):
            yield f'{session}: it counts {counts.get(session)} messages and holds {len(found)} of a person'


async def problems_of_start(home, facts):
    """Starts the real gateway on the home, without the forgetful disk: it must know everything and go on."""
    problems = []
    try:
        async with gateway.Gateway(home) as running:
            for session, ids in facts.accepted.items():
                users = [shown['id'] for shown in await running.messages(session) if shown['role'] == 'user']
                if any(users.count(message_id) != 1 for message_id in ids):
                    problems.append(f'{session}: the gateway does not show each acknowledged message once')
            async with gateway.Talk(running, 'afterwards') as talk:
                await talk.send('afterwards-00000', text_of('afterwards-00000'))
                if not await talk.done('afterwards-00000'):
                    problems.append('the gateway does not answer after the power cut')
            code = await running.stop()
            if code != 0:
                problems.append(f'the gateway left with {code}: {running.log.decode(errors="replace")}')
    except gateway.Ended as ended:
        return [f'the gateway does not start after the power cut: {ended}']
    return problems + problems_of(home, facts)
