"""The corpora stay small, every target has what it needs, and the reader of a run says what went wrong."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run  # noqa: E402

TARGET_BYTES_MAX = 64 * 1024
ALL_BYTES_MAX = 512 * 1024


def bytes_of(folder):
    return sum(path.stat().st_size for path in folder.rglob('*') if path.is_file())


class Corpora(unittest.TestCase):
    def test_they_are_small(self):
        corpora = run.HERE / 'corpus'
        self.assertLessEqual(bytes_of(corpora), ALL_BYTES_MAX)
        for folder in corpora.iterdir():
            self.assertLessEqual(bytes_of(folder), TARGET_BYTES_MAX, folder.name)
            for path in folder.iterdir():
                self.assertLessEqual(path.stat().st_size, run.INPUT_BYTES_MAX, path.name)

    def test_each_target_has_one_and_each_has_a_target(self):
        self.assertEqual(sorted(path.name for path in (run.HERE / 'corpus').iterdir()), run.all_targets())
        for path in (run.HERE / 'dictionaries').iterdir():
            self.assertIn(path.stem, run.all_targets())

    def test_build_and_readme_name_the_targets(self):
        built = re.findall(r'^chela_fuzz_target\((\w+) ', (run.HERE / 'CMakeLists.txt').read_text(encoding='utf-8'), re.MULTILINE)
        told = re.findall(r'^\| `(\w+)` \|', (run.HERE / 'README.md').read_text(encoding='utf-8'), re.MULTILINE)
        self.assertEqual(sorted(built), run.all_targets())
        self.assertEqual(sorted(told), run.all_targets())


class Problems(unittest.TestCase):
    def test_the_reason_is_found(self):
        for output, reason in [
            ('INFO: x\nbroken promise: a path is absolute\n"a"\n==1== ERROR: libFuzzer: deadly signal\n', 'broken promise: a path is absolute'),
            ('==5==ERROR: AddressSanitizer: heap-buffer-overflow on address\n', '==5==ERROR: AddressSanitizer: heap-buffer-overflow on address'),
            ('a.cpp:1:2: runtime error: shift exponent 64\n', 'a.cpp:1:2: runtime error: shift exponent 64'),
            ('==7== ERROR: libFuzzer: timeout after 11 seconds\n', '==7== ERROR: libFuzzer: timeout after 11 seconds'),
            ('', 'it said nothing'),
        ]:
            self.assertEqual(run.problem_of(output), reason)


if __name__ == '__main__':
    unittest.main()
