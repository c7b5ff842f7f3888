"""The harness notices: with a store that is less careful, or a disk that lies, the same checks find losses."""

import power_cut
from suite import SEED, DurabilityTest

CYCLES = 60


class Notices(DurabilityTest):
    def losses_with(self, *deceit):
        watched = self.run_async(power_cut.lives(self.folder, SEED, 1, deceit))
        plan = power_cut.Plan(SEED, range(CYCLES))
        findings = self.run_async(power_cut.examine(watched.records(), watched.new_disk(), plan))
        gone = [text for _, text in findings.problems if 'gone' in text or 'not stored' in text]
        self.report(f'{findings.images_with_loss} of {CYCLES} images with losses')
        self.assertTrue(gone or not findings.problems, findings.problems[:3])
        return findings.images_with_loss

    def test_nothing_is_lost_with_an_honest_disk(self):
        self.assertEqual(self.losses_with(), 0)

    def test_synchronous_normal(self):
        self.assertGreater(self.losses_with('normal'), CYCLES // 5)

    def test_a_wal_that_is_never_synced(self):
        self.assertGreater(self.losses_with('wal-sync'), CYCLES // 5)

    def test_acknowledged_before_committed(self):
        self.assertGreater(self.losses_with('late-sync'), 0)

    def test_folders_that_are_never_synced(self):
        self.assertGreater(self.losses_with('folder-sync'), CYCLES // 5)
