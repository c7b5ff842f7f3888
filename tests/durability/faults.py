"""A gateway whose disk fails: at each operation in turn, in each way."""

import asyncio
import dataclasses
import tempfile

import gateway
import model
import power_cut
import verdict

OPERATIONS_MAX = 400  # of one message with its answer; more means that the faults never end
CHECKPOINT_OPERATIONS = 6  # that fail, one after the other: a page is like the next


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    classes: tuple
    sticky: bool = False
    needs_restart: bool = False  # a failed fsync: what the disk holds is unknown
    is_hidden: bool = False      # programs carry on and nobody notices

    def arm(self, watched, left):
        watched.control.arm(self.name, self.classes, left, self.sticky)

    def __str__(self):
        return f'{self.name} at a {" or ".join(self.classes)}'


FAULTS = (
    Fault('full', ('write', 'name'), sticky=True),
    Fault('broken', ('write', 'name', 'truncate')),
    Fault('short', ('write',), is_hidden=True),
    Fault('interrupted', ('write',), is_hidden=True),
    Fault('broken', ('sync',), needs_restart=True),
    Fault('full', ('sync',), needs_restart=True),
)


@dataclasses.dataclass
class Outcome:
    steps: int = 0
    refused: int = 0
    restarts: int = 0
    told: list = dataclasses.field(default_factory=list)  # texts of the errors
    problems: list = dataclasses.field(default_factory=list)


class Script:
    """One message after the other, each with a fault one operation later than the one before, until none hits."""
    operations_max = OPERATIONS_MAX
    must_end = True

    def __init__(self, watched, fault):
        self.watched, self.fault = watched, fault
        self.outcome = Outcome()
        self.number = 0

    async def run(self):
        left = 1
        while left and left < self.operations_max:
            left = await self._life(left)
        if left and self.must_end:
            self.outcome.problems.append(f'{self.fault}: it never ends')
        return self.outcome

    async def _life(self, left):
        """From one start to the next; yields the next operation to fail, or 0 when all have been."""
        async with gateway.Gateway(self.watched.home, self.watched.environment) as running:
            async with gateway.Talk(running, 'alice') as talk:
                while left < self.operations_max:
                    well = await self._step(talk, left)
                    hits = self.watched.control.hits
                    self.watched.control.disarm()
                    if not hits:
                        return await self._end(running, 0)
                    self.outcome.steps += 1
                    left += 1
                    if self.fault.needs_restart and not (well and self._hit_a_folder()):
                        await self._expect_refusal(talk)
                        return await self._end(running, left)
                    await self._expect_health(talk)
            return await self._end(running, left)

    def _hit_a_folder(self):
        """The last fault was at a folder: SQLite ignores that, and may, since the names were synced before."""
        hit = [record for record in self.watched.records() if record.type == model.FAULT][-1]
        return (self.watched.home / hit.first.decode()).is_dir()

    async def _step(self, talk, left):
        """Does what the fault is to hit; true when nobody noticed."""
        self.fault.arm(self.watched, left)
        return await self._say(talk)

    async def _say(self, talk):
        """Sends one message; true when it was accepted and answered."""
        message_id = f'alice-{self.number:05}'
        self.number += 1
        await talk.send(message_id, verdict.text_of(message_id))
        event = await talk.accepted(message_id)
        if event is None:
            self._complain('the gateway went away instead of answering')
            return False
        if event['type'] == 'error':
            self.outcome.refused += 1
            self.outcome.told.append(event['text'])
            if self.fault.is_hidden:
                self._complain(f'a message was refused: {event["text"]}')
            if str(self.watched.home) in event['text']:
                self._complain(f'the client is told a path of the gateway: {event["text"]}')
            await self._expect_reading(talk)
            return False
        done = await talk.done(message_id)
        if done is None:
            self._complain('the gateway went away instead of ending the turn')
        elif done['finishReason'] == 'error':
            error = await talk.find(lambda event: event['type'] == 'error' and event.get('inReplyToMessageId') == message_id)
            self.outcome.told.append(error['text'])
        return done is not None and done['finishReason'] == 'stop'

    async def _expect_reading(self, talk):
        """What was acknowledged can be read while nothing can be written."""
        shown = [message['id'] for message in await talk.gateway.messages(talk.session)]
        for event in talk.events:
            if event['type'] == 'message_accepted' and shown.count(event['messageId']) != 1:
                self._complain(f'{event["messageId"]} cannot be read while the disk fails')

    async def _expect_health(self, talk):
        if not await self._say(talk):
            self._complain('it does not go on after the fault is over')

    async def _expect_refusal(self, talk):
        accepted = len([event for event in talk.events if event['type'] == 'message_accepted'])
        if await self._say(talk) or len([e for e in talk.events if e['type'] == 'message_accepted']) != accepted:
            self._complain('a message was acknowledged after a failed fsync')

    async def _end(self, running, left):
        code = await running.stop()
        self.outcome.restarts += 1
        if code != 0:
            self._complain(f'the gateway left with {code}: {running.log.decode(errors="replace")[-500:]}')
        return left

    def _complain(self, text):
        self.outcome.problems.append(f'{self.fault}, step {self.outcome.steps}: {text}')


class CheckpointScript(Script):
    """The same with the faults not in the message but in the checkpoint that follows when the store rests."""
    operations_max = CHECKPOINT_OPERATIONS + 1
    must_end = False

    async def _step(self, talk, left):
        since = self.watched.journal.stat().st_size
        well = await self._say(talk)
        if not well:
            self._complain('a message was refused without a fault')
        self.fault.arm(self.watched, left)
        await asyncio.wait_for(power_cut.wait_for_checkpoint(self.watched, since), gateway.DEADLINE_S)
        return well


async def problems_at_start(watched, fault, left):
    """Starts a gateway whose `left`-th operation fails. Yields what is wrong, and whether the fault was reached."""
    fault.arm(watched, left)
    problems = []
    try:
        async with gateway.Gateway(watched.home, watched.environment) as running:
            code = await running.stop()
            if code != 0:
                problems.append(f'it left with {code}: {running.log.decode(errors="replace")}')
    except gateway.Ended as ended:
        if fault.is_hidden:
            problems.append(f'it does not start: {ended}')
        elif running_code(ended) is None:
            problems.append(f'it does not say why it does not start: {str(ended)!r}')
    hits = watched.control.hits
    watched.control.disarm()
    return [f'{fault}, operation {left} of the start: {text}' for text in problems], hits > 0


def running_code(ended):
    """The reason in what a gateway said that did not start."""
    lines = [line for line in str(ended).splitlines() if 'chela' in line and ':' in line]
    return lines[0] if lines else None


async def images_are_sound(watched, name, cycles):
    """Judges what the disk holds after power cuts at any moment of all lives of the home."""
    records = watched.records()
    findings = await power_cut.examine(records, watched.new_disk(), power_cut.Plan(name, range(cycles)))
    return [text for _, text in findings.problems], findings


def watched_home():
    folder = tempfile.TemporaryDirectory(prefix='chela-durability-')
    return folder, gateway.Watched(folder.name, sync_us_max=0)
