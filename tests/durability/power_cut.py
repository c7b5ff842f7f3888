"""Lives of a gateway that end by power cuts, and what each crash image of them is worth.

One life yields a journal; every position in it is a moment at which the power may go, and the disk may then be found in
many states. A cycle is one moment and one state. Moments and states follow from the seed and the number of the cycle,
so a failed cycle is repeated from the kept journal: see replay.py.
"""

import asyncio
import dataclasses
import pathlib
import random
import shutil
import tempfile

import gateway
import model
import verdict

SESSIONS = ('alice', 'bob', 'carol', 'dave')
MESSAGES_PER_BURST = 14
RECORDS_BEFORE_KILL = 400
ALL_CLASSES = ('write', 'sync', 'name', 'truncate')


class Crowd:
    """People who write to their sessions; the numbers of their messages go up over all lives."""

    def __init__(self, seed):
        self.random = random.Random(f'{seed}/crowd')
        self.next = dict.fromkeys(SESSIONS, 0)

    async def burst(self, running):
        """Everybody sends a few messages without waiting, some of them twice. Ends also when the gateway does."""
        await asyncio.gather(*(self._write(running, session) for session in SESSIONS))

    async def _write(self, running, session):
        try:
            async with gateway.Talk(running, session) as talk:
                for _ in range(MESSAGES_PER_BURST):
                    message_id = f'{session}-{self.next[session]:05}'
                    self.next[session] += 1
                    for _ in range(self.random.choice((1, 1, 1, 2))):
                        await talk.send(message_id, verdict.text_of(message_id))
                    if self.random.random() < 0.3:
                        await talk.accepted(message_id)
                await talk.done(message_id)
        except (OSError, gateway.websockets.WebSocketException):
            if running.process.returncode is None and not running.reading.done():
                await running.ended()  # it was the power, or the test fails here


async def wait_for_checkpoint(watched, since):
    """Until all of the WAL has been moved into the database, after which it begins anew; or until a fault has kept it
    from that. `since` is where the journal ended before the last message."""
    state = watched.home / 'state'
    database, wal = (state / 'chela.db').stat().st_ino, (state / 'chela.db-wal').stat().st_ino
    while True:
        done = False
        for record in model.read_journal(watched.journal, since)[0]:
            if record.type == model.FAULT:
                return
            if record.type == model.WRITE and record.inode == wal:
                done = False
            elif record.type == model.SYNC_END and record.inode == database:
                done = True
        if done:
            return
        await asyncio.sleep(0.05)


async def live(watched, crowd, idle):
    """One life: a burst, a rest that lets the store tidy up when `idle`, and a burst in which the power goes."""
    async with gateway.Gateway(watched.home, watched.environment) as running:
        since = watched.journal.stat().st_size
        await crowd.burst(running)
        if idle:
            await asyncio.wait_for(wait_for_checkpoint(watched, since), gateway.DEADLINE_S)
        watched.control.arm('kill', ALL_CLASSES, crowd.random.randint(1, RECORDS_BEFORE_KILL))
        await crowd.burst(running)
        watched.control.disarm()
        running.kill()
        await running.ended()


async def lives(folder, seed, count, deceit=()):
    """A watched home after `count` lives, each on what programs saw of the one before."""
    watched = gateway.Watched(folder, deceit)
    crowd = Crowd(seed)
    for number in range(count):
        await live(watched, crowd, idle=number % 2 == 0)
    return watched


@dataclasses.dataclass
class Findings:
    cycles: int = 0
    images_with_loss: int = 0
    starts: int = 0
    accepted: int = 0
    problems: list = dataclasses.field(default_factory=list)  # (cycle, text)
    facts: verdict.Facts = dataclasses.field(default_factory=verdict.Facts)


@dataclasses.dataclass
class Plan:
    seed: str
    cycles: range
    start_every: int = 0  # one image of so many is given to the real gateway, too
    within: str = '.'  # where CHELA_HOME lies below the watched folder


def moments(records, plan):
    """(position, cycle, policy), by position. Half of the moments are right after something was told to a client."""
    told = [at + 1 for at, record in enumerate(records) if record.type == model.SENT] or [len(records)]
    found = []
    for cycle in plan.cycles:
        chance = random.Random(f'{plan.seed}/{cycle}')
        position = chance.choice(told) if chance.random() < 0.5 else chance.randint(0, len(records))
        found.append((position, cycle, chance.choice(model.POLICIES)))
    return sorted(found)


def image_of(disk, plan, cycle, policy):
    return disk.after_power_cut(policy, random.Random(f'{plan.seed}/{cycle}/{policy}'))


async def examine(records, disk, plan):
    """Takes `disk` through the records and judges the crash images of the plan."""
    return await examine_moments(records, disk, moments(records, plan), plan)


async def examine_moments(records, disk, chosen, plan):
    findings, position = Findings(), 0
    facts = findings.facts
    for moment, cycle, policy in chosen:
        for record in records[position:moment]:
            disk.apply(record)
            facts.add(record)
        position = moment
        with tempfile.TemporaryDirectory(prefix='chela-durability-') as folder:
            home = pathlib.Path(folder)
            model.write_image(image_of(disk, plan, cycle, policy), home)
            starts = plan.start_every and cycle % plan.start_every == 0
            if starts:
                again = pathlib.Path(folder + '-started')
                shutil.copytree(home, again)
            problems = verdict.problems_of(home, facts, plan.within)
            if starts:
                problems += await verdict.problems_of_start(again, facts)
                shutil.rmtree(again)
        findings.cycles += 1
        findings.starts += bool(starts)
        findings.images_with_loss += bool(problems)
        findings.problems += [(cycle, f'power cut after record {moment} ({policy}): {text}') for text in problems]
    for record in records[position:]:
        disk.apply(record)
        facts.add(record)
    findings.accepted = facts.count
    return findings
