"""docs/security-coverage.md names every row of the parts that it treats, and only files that there are."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = {'H': 20, 'W': 14, 'A': 25, 'K': 16, 'P': 22, 'N': 16}
SHORT = {'http/': 'hostile/http/', 'websocket/': 'hostile/websocket/'}


def missing_rows(text):
    named = re.findall(r'\b([HWAKPN]-\d\d)\b', text)
    return [row for letter, count in ROWS.items() for row in (f'{letter}-{number:02}' for number in range(1, count + 1))
            if named.count(row) != 1]


def missing_files(text):
    paths = re.findall(r'`([\w./-]+\.(?:mjs|cpp|py|c|md))`', text)
    for start, whole in SHORT.items():
        paths = [whole + path.removeprefix(start) if path.startswith(start) else path for path in paths]
    return sorted({path for path in paths if not (ROOT / path).exists() and not (ROOT / 'tests' / path).exists()})


class SecurityCoverage(unittest.TestCase):
    text = (ROOT / 'docs' / 'security-coverage.md').read_text(encoding='utf-8')

    def test_every_row_is_named_once(self):
        self.assertEqual(missing_rows(self.text), [])

    def test_every_file_is_there(self):
        self.assertEqual(missing_files(self.text), [])

    def test_notices_what_is_not_there(self):
        self.assertEqual(missing_rows(self.text.replace('H-04', 'H-05')), ['H-04', 'H-05'])
        self.assertEqual(missing_files('`http/absent.test.mjs`'), ['hostile/http/absent.test.mjs'])


if __name__ == '__main__':
    unittest.main()
