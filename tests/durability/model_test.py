"""The model of the disk: what it forgets, and what it may keep."""

import random

import model
from suite import DurabilityTest

ROOT, FILE = 1, 2


def record(kind, inode, a=0, b=0, first=b'', second=b''):
    return model.Record(ord(kind), inode, a, b, first, second)


class Disk(DurabilityTest):
    def disk(self, *records, old=None):
        tree = {'': (ROOT, None)} if old is None else {'': (ROOT, None), 'f': (FILE, old)}
        disk = model.Disk(tree)
        for one in records:
            disk.apply(one)
        return disk

    def images(self, disk, policy, count=200):
        return [disk.after_power_cut(policy, random.Random(number)) for number in range(count)]

    def only(self, disk, policy='nothing'):
        images = self.images(disk, policy)
        self.assertTrue(all(image == images[0] for image in images))
        return images[0]

    def test_forgets_what_was_not_synced(self):
        disk = self.disk(record('W', FILE, 0, first=b'new'), old='old')
        self.assertEqual(self.only(disk), {'f': b'old'})
        self.assertEqual(self.only(disk, 'everything'), {'f': b'new'})
        self.assertEqual(disk.seen(), {'f': b'new'})

    def test_keeps_what_was_written_before_the_sync_began(self):
        disk = self.disk(record('W', FILE, 0, first=b'a'), record('S', FILE, 7), record('W', FILE, 1, first=b'b'),
                         record('s', FILE, 7), old='...')
        self.assertEqual(self.only(disk), {'f': b'a..'})

    def test_a_sync_that_has_not_ended_promises_nothing(self):
        disk = self.disk(record('W', FILE, 0, first=b'a'), record('S', FILE, 7), old='.')
        self.assertEqual(self.only(disk), {'f': b'.'})

    def test_a_failed_sync_takes_the_bytes_for_good(self):
        failed = [record('W', FILE, 0, first=b'a'), record('S', FILE, 7), record('s', FILE, 7, 5)]
        later = [record('W', FILE, 1, first=b'b'), record('S', FILE, 8), record('s', FILE, 8)]
        disk = self.disk(*failed, *later, old='..')
        self.assertEqual(self.only(disk), {'f': b'.b'})
        self.assertEqual(disk.seen(), {'f': b'ab'})

    def test_a_new_file_needs_its_folder(self):
        made = [record('C', FILE, ROOT, first=b'f'), record('W', FILE, 0, first=b'a'), record('S', FILE, 7),
                record('s', FILE, 7)]
        self.assertEqual(self.only(self.disk(*made)), {})
        synced = [record('S', ROOT, 8), record('s', ROOT, 8)]
        self.assertEqual(self.only(self.disk(*made, *synced)), {'f': b'a'})

    def test_a_rename_is_whole_or_not_there(self):
        disk = self.disk(record('C', 3, ROOT, first=b't'), record('W', 3, 0, first=b'new'), record('S', 3, 7),
                         record('s', 3, 7), record('S', ROOT, 8), record('s', ROOT, 8),
                         record('R', 3, ROOT, ROOT, b't', b'f'), old='old')
        self.assertEqual(self.only(disk), {'f': b'old', 't': b'new'})
        self.assertEqual(self.only(disk, 'everything'), {'f': b'new'})

    def test_tears_writes_at_sectors(self):
        disk = self.disk(record('W', FILE, 0, first=b'n' * 1500), old='o' * 1500)
        found = {image['f'] for image in self.images(disk, 'sectors')}
        self.assertGreater(len(found), 4)
        for content in found:
            self.assertEqual([len(set(content[at:at + 512])) for at in range(0, 1500, 512)], [1, 1, 1])

    def test_leaves_out_writes_and_keeps_later_ones(self):
        disk = self.disk(record('W', FILE, 0, first=b'a'), record('W', FILE, 1, first=b'b'), old='..')
        self.assertEqual({image['f'] for image in self.images(disk, 'any')}, {b'..', b'a.', b'.b', b'ab'})
        self.assertEqual({image['f'] for image in self.images(disk, 'prefix')}, {b'..', b'a.', b'ab'})
