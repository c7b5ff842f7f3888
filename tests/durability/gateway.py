"""The real gateway on a forgetful disk, and people who talk with it through Debian's WebSocket client."""

import asyncio
import contextlib
import json
import os
import pathlib
import re
import signal
import urllib.error
import urllib.request

import websockets

import model

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get('CHELA_BUILD_DIR', ROOT / 'build' / os.environ.get('CHELA_PRESET', 'dev')))
PROGRAM = BUILD / 'bin' / 'chela'
LIBRARY = BUILD / 'lib' / 'tests' / 'forgetful_disk.so'
DEADLINE_S = 30
CONFIG = {
    'gateway': {'sessionRateLimitPerMinute': 0, 'webSocket': {'messagesPerMinutePerConnection': 0}},
    'plugins': {'entries': {'demo': {'config': {'pieceDelayMs': 0}}}},
}
READY = re.compile(rb'^chela gateway ready: http://127\.0\.0\.1:(\d+) \(', re.MULTILINE)


class Watched:
    """A home below `folder`, and the journal and the orders of its disk, which outlive the programs."""

    def __init__(self, folder, deceit=(), sync_us_max=300):
        folder = pathlib.Path(folder).resolve()
        self.home = folder / 'home'
        self.home.mkdir(mode=0o700)
        (self.home / 'chela.json').write_text(json.dumps(CONFIG))
        self.journal = folder / 'journal'
        self.journal.touch()
        self.control = model.Control(folder / 'control', deceit, sync_us_max)
        self.start = folder / 'start.json'
        self.start.write_text(json.dumps(model.inodes_of(self.home)))
        self.environment = {
            'LD_PRELOAD': str(LIBRARY), 'CHELA_DISK_ROOT': str(self.home), 'CHELA_DISK_JOURNAL': str(self.journal),
            'CHELA_DISK_CONTROL': str(self.control.path),
        }

    def records(self):
        return model.read_journal(self.journal)[0]

    def new_disk(self):
        """The disk before the first record."""
        return model.Disk(json.loads(self.start.read_text()))


def environment_of(home, extra):
    kept = {name: os.environ[name] for name in ('PATH', 'LANG', 'TZ') if name in os.environ}
    return {**kept, 'HOME': str(home), 'CHELA_HOME': str(home), **extra}


class Ended(Exception):
    """The gateway ended before it was ready; the text is what it said."""


class Gateway:
    """One life of the program `chela gateway`."""

    def __init__(self, home, extra=None):
        self.home = pathlib.Path(home)
        self.environment = environment_of(home, extra or {})
        self.log = b''
        self.port = None

    async def __aenter__(self):
        arguments = ['gateway', '--config', str(self.home / 'chela.json'), '--port', '0']
        self.process = await asyncio.create_subprocess_exec(
            PROGRAM, *arguments, cwd=self.home, env=self.environment, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        self.ready = asyncio.get_running_loop().create_future()
        self.reading = asyncio.create_task(self._read())
        try:
            self.port = await asyncio.wait_for(asyncio.shield(self.ready), DEADLINE_S)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _read(self):
        while data := await self.process.stdout.read(65536):
            self.log += data
            found = READY.search(self.log)
            if found and not self.ready.done():
                self.ready.set_result(int(found.group(1)))
        await self.process.wait()
        if not self.ready.done():
            self.ready.set_exception(Ended(self.log.decode(errors='replace')))

    async def __aexit__(self, *_):
        self.kill()
        await self.ended()
        if self.ready.done() and not self.ready.cancelled():
            self.ready.exception()  # seen

    def kill(self):
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGKILL)

    async def stop(self):
        """SIGTERM, and its exit code."""
        self.process.terminate()
        await self.ended()
        return self.process.returncode

    async def ended(self):
        await asyncio.wait_for(asyncio.shield(self.reading), DEADLINE_S)

    def address(self, session):
        return f'ws://127.0.0.1:{self.port}/ws?session={session}'

    async def messages(self, session):
        """As GET /api/sessions/ID shows them; none when it knows no such session."""
        def fetch():
            address = f'http://127.0.0.1:{self.port}/api/sessions/{session}?limit=10000'
            try:
                with urllib.request.urlopen(address, timeout=DEADLINE_S) as answer:
                    return json.load(answer)['messages']
            except urllib.error.HTTPError as error:
                if error.code != 404:
                    raise
                return []
        return await asyncio.get_running_loop().run_in_executor(None, fetch)


class Talk:
    """One connection to one session: what was sent and every event that came."""

    def __init__(self, gateway, session):
        self.gateway, self.session = gateway, session
        self.events = []
        self.arrived = asyncio.Condition()

    async def __aenter__(self):
        self.socket = await websockets.connect(self.gateway.address(self.session), ping_interval=None, max_size=None)
        self.receiving = asyncio.create_task(self._receive())
        return self

    async def __aexit__(self, *_):
        with contextlib.suppress(Exception):
            await self.socket.close()
        await self.receiving

    async def _receive(self):
        with contextlib.suppress(websockets.ConnectionClosed, OSError):
            async for frame in self.socket:
                async with self.arrived:
                    self.events.append(json.loads(frame))
                    self.arrived.notify_all()
        async with self.arrived:
            self.arrived.notify_all()

    async def send(self, message_id, text):
        await self.socket.send(json.dumps({'type': 'user_message', 'text': text, 'messageId': message_id}))

    async def find(self, wanted):
        """The first event that `wanted` accepts; None when the connection has ended without one."""
        async with self.arrived:
            def found():
                return next((event for event in self.events if wanted(event)), None)
            await asyncio.wait_for(self.arrived.wait_for(lambda: found() or self.socket.closed), DEADLINE_S)
            return found()

    async def accepted(self, message_id):
        """How the message was taken: its message_accepted or its error."""
        return await self.find(lambda event: (event['type'] == 'message_accepted' and event.get('messageId') == message_id)
                               or (event['type'] == 'error' and event.get('inReplyToMessageId') == message_id))

    async def done(self, message_id):
        return await self.find(
            lambda event: event['type'] == 'assistant_done' and event.get('inReplyToMessageId') == message_id)
