"""The power goes at any moment: what was acknowledged is there once, whole and in order, and the gateway goes on."""

import gateway
import model
import power_cut
import verdict
from suite import LONG, SEED, DurabilityTest

CYCLES = 500 * LONG
HOMES = 2
LIVES = 3
START_EVERY = 25


class PowerCut(DurabilityTest):
    def test_acknowledged_messages_survive(self):
        totals = power_cut.Findings()
        for number in range(HOMES):
            folder = self.folder / str(number)
            folder.mkdir()
            seed = f'{SEED}/{number}'
            watched = self.run_async(power_cut.lives(folder, seed, LIVES))
            records, disk = watched.records(), watched.new_disk()
            plan = power_cut.Plan(seed, range(CYCLES // HOMES), START_EVERY)
            findings = self.run_async(power_cut.examine(records, disk, plan))
            self.expect_none(findings.problems, watched, seed)
            self.assert_complete(disk, watched)
            totals.cycles += findings.cycles
            totals.accepted += findings.accepted
            totals.starts += findings.starts
        self.assertEqual(totals.cycles, CYCLES)
        self.assertGreater(totals.accepted, 100, 'too little was acknowledged to prove anything')
        self.report(f'seed {SEED}: {totals.cycles} power cuts, {totals.starts} of them with a start of the gateway, '
                    f'{totals.accepted} acknowledged messages: nothing lost')

    def assert_complete(self, disk, watched):
        """The journal knows of everything that was written, or the images would be too kind."""
        told, found = disk.seen(), model.read_tree(watched.home)
        wrong = sorted(path for path in told.keys() | found.keys() if told.get(path) != found.get(path))
        self.assertEqual(wrong, [], 'a call that changes files is not noted by forgetful_disk.so')

    def test_every_moment_of_the_first_start(self):
        """From an empty home to the first acknowledgement: whatever is left, the next start makes a gateway of it."""
        watched = self.run_async(self.first_message())
        records = watched.records()
        told = next(at for at, record in enumerate(records)
                    if record.type == model.SENT and b'message_accepted' in record.first)
        findings = power_cut.Findings()
        for policy in ('nothing', 'prefix', 'sectors'):
            disk = watched.new_disk()
            every = [(position, position, policy) for position in range(told + 2)]
            found = self.run_async(power_cut.examine_moments(records, disk, every, power_cut.Plan(SEED, range(0), 3)))
            self.expect_none(found.problems, watched)
            findings.cycles += found.cycles
            findings.starts += found.starts
        self.report(f'{findings.cycles} power cuts, {findings.starts} starts after them')

    async def first_message(self):
        watched = gateway.Watched(self.folder)
        async with gateway.Gateway(watched.home, watched.environment) as running:
            async with gateway.Talk(running, 'alice') as talk:
                await talk.send('alice-00000', verdict.text_of('alice-00000'))
                await talk.done('alice-00000')
        return watched

    def test_a_kill_at_every_operation_of_the_first_start(self):
        """Killed without a power cut, started again, and then the power goes: names made by the first count, too."""
        problems = self.run_async(self.kill_and_go_on())
        self.expect_none(problems)

    def test_a_kill_at_every_operation_that_makes_a_new_home(self):
        """The same where the folders of CHELA_HOME are made, too: what a killed start has made may not be synced."""
        problems = self.run_async(self.kill_and_go_on('a/b'))
        self.expect_none(problems)

    async def kill_and_go_on(self, within='.'):
        problems, left, reached = [], 1, True
        while reached:
            folder = self.folder / str(left)
            folder.mkdir()
            watched = gateway.Watched(folder, sync_us_max=0)
            environment = {**watched.environment, 'CHELA_HOME': str(watched.home / within)}
            watched.control.arm('kill', power_cut.ALL_CLASSES, left)
            try:
                async with gateway.Gateway(watched.home, environment):
                    pass
            except gateway.Ended:
                pass
            reached = watched.control.hits > 0
            watched.control.disarm()
            async with gateway.Gateway(watched.home, environment) as running:
                async with gateway.Talk(running, 'alice') as talk:
                    await talk.send('alice-00000', verdict.text_of('alice-00000'))
                    await talk.done('alice-00000')
            records = watched.records()
            last = [(len(records), cycle, policy) for cycle, policy in enumerate(('nothing', 'sectors'))]
            plan = power_cut.Plan(f'{SEED}/{left}', range(0), within=within)
            found = await power_cut.examine_moments(records, watched.new_disk(), last, plan)
            problems += [f'killed at operation {left}: {text}' for _, text in found.problems]
            left += 1
        self.report(f'{left - 1} kills')
        return problems
