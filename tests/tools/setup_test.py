"""tools/setup on a machine that has everything: it changes nothing and is quick; and its list holds together."""

import collections
import pathlib
import subprocess
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Setup(unittest.TestCase):
    def test_a_second_run_does_nothing_and_is_quick(self):
        subprocess.run([ROOT / 'tools/setup', '--test'], check=True, capture_output=True)
        start = time.monotonic()
        done = subprocess.run([ROOT / 'tools/setup', '--test'], check=True, capture_output=True, text=True)
        self.assertEqual(done.stdout + done.stderr, '')
        self.assertLess(time.monotonic() - start, 2)

    def test_packages_are_in_known_groups_once_and_sorted(self):
        groups = collections.defaultdict(list)
        for line in (ROOT / 'tools/packages').read_text(encoding='utf-8').splitlines():
            if not line.startswith('#'):
                group, package = line.split()
                groups[group].append(package)
        self.assertEqual(sorted(groups), ['build', 'runtime', 'test'])
        for group, packages in groups.items():
            self.assertEqual(packages, sorted(set(packages)), group)
        self.assertFalse(set(groups['build']) & set(groups['test']))

    def test_an_unknown_option_is_named(self):
        done = subprocess.run([ROOT / 'tools/setup', '--tset'], check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn('--tset', done.stderr)


if __name__ == '__main__':
    unittest.main()
