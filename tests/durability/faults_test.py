"""A full disk, a failing one, short writes and interruptions, at every operation in turn."""

import shutil

import faults
import gateway
import verdict
from suite import LONG, SEED, DurabilityTest

IMAGES = 40 * LONG
FULL_CHECK_EVERY = 8  # of the starts
FULL, BROKEN, SHORT, INTERRUPTED, BROKEN_SYNC, FULL_SYNC = faults.FAULTS


class WhileItTalks(DurabilityTest):
    def play(self, fault, script=faults.Script):
        watched = gateway.Watched(self.folder, sync_us_max=0)
        outcome = self.run_async(script(watched, fault).run())
        self.expect_none(outcome.problems, watched)
        problems, findings = self.run_async(faults.images_are_sound(watched, SEED, IMAGES))
        self.expect_none(problems, watched)
        self.assertEqual(self.run_async(verdict.problems_of_start(watched.home, findings.facts)), [])
        self.report(f'{outcome.steps} faults, {outcome.refused} refused messages, {findings.accepted} acknowledged, '
                    f'{findings.cycles} power cuts')
        return outcome

    def test_full(self):
        outcome = self.play(FULL)
        self.assertGreater(outcome.refused, 5)
        for text in outcome.told:
            self.assertIn('free some space', text)

    def test_broken(self):
        outcome = self.play(BROKEN)
        self.assertGreater(outcome.refused, 5)
        for text in outcome.told:
            self.assertIn('check the disk', text)

    def test_short(self):
        self.assertGreater(self.play(SHORT).steps, 10)

    def test_interrupted(self):
        self.assertGreater(self.play(INTERRUPTED).steps, 10)

    def test_broken_sync(self):
        self.sync_failure(BROKEN_SYNC)

    def test_full_sync(self):
        self.sync_failure(FULL_SYNC)

    def sync_failure(self, fault):
        outcome = self.play(fault)
        self.assertGreaterEqual(outcome.restarts, 2)
        for text in outcome.told:
            self.assertIn('check the disk, then restart', text)


    def test_full_in_a_checkpoint(self):
        self.assertGreater(self.play(FULL, faults.CheckpointScript).steps, 3)

    def test_broken_in_a_checkpoint(self):
        self.assertGreater(self.play(BROKEN, faults.CheckpointScript).steps, 3)

    def test_broken_sync_in_a_checkpoint(self):
        self.assertGreater(self.play(BROKEN_SYNC, faults.CheckpointScript).restarts, 1)


class AtStart(DurabilityTest):
    """A start at which the disk fails ends with a reason or succeeds; the next one succeeds."""

    def start_with(self, fault, prepare):
        left, reached = 1, True
        while reached:
            folder = self.folder / str(left)
            folder.mkdir()
            watched = gateway.Watched(folder, sync_us_max=0)
            facts = prepare(watched)
            problems, reached = self.run_async(faults.problems_at_start(watched, fault, left))
            after = self.run_async(self.problems_afterwards(watched.home, facts, left % FULL_CHECK_EVERY == 1))
            problems += [f'after operation {left}: {text}' for text in after]
            self.expect_none(problems, watched)
            shutil.rmtree(folder)
            left += 1
        self.report(f'{left - 1} starts of a disk that is {fault}')
        self.assertGreater(left, 3)

    async def problems_afterwards(self, home, facts, whole):
        if whole:
            return await verdict.problems_of_start(home, facts)
        try:
            async with gateway.Gateway(home):
                pass
        except gateway.Ended as ended:
            return [f'the gateway does not start any more: {ended}']
        return verdict.problems_of(home, facts)

    def on_empty_home(self, fault):
        self.start_with(fault, lambda watched: verdict.Facts())

    def after_power_cut(self, fault):
        """The home has a WAL that was not moved into the database."""
        home, facts = self.unclean_home()

        def prepare(watched):
            shutil.copytree(home, watched.home, dirs_exist_ok=True)
            return facts
        self.start_with(fault, prepare)

    def unclean_home(self):
        folder = self.folder / 'unclean'
        folder.mkdir()
        watched = gateway.Watched(folder, sync_us_max=0)

        async def talk_and_die():
            async with gateway.Gateway(watched.home, watched.environment) as running:
                async with gateway.Talk(running, 'alice') as talk:
                    await talk.send('alice-00000', verdict.text_of('alice-00000'))
                    await talk.done('alice-00000')
                running.kill()
        self.run_async(talk_and_die())
        facts = verdict.Facts()
        for record in watched.records():
            facts.add(record)
        self.assertGreater((watched.home / 'state' / 'chela.db-wal').stat().st_size, 0)
        return watched.home, facts

    def test_full_on_an_empty_home(self):
        self.on_empty_home(FULL)

    def test_broken_on_an_empty_home(self):
        self.on_empty_home(BROKEN)

    def test_broken_sync_on_an_empty_home(self):
        self.on_empty_home(BROKEN_SYNC)

    def test_full_after_a_power_cut(self):
        self.after_power_cut(FULL)

    def test_broken_after_a_power_cut(self):
        self.after_power_cut(BROKEN)

    def test_broken_sync_after_a_power_cut(self):
        self.after_power_cut(BROKEN_SYNC)
