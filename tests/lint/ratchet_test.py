"""What was too long may only shrink; exceptions go when they are no longer needed."""

import json
import unittest

import planted
from lint_rules.exceptions import Exempt

FILE = 'kernel/a.cpp'
RATCHET = 'tools/lint_rules/ratchet.json'
EXEMPT = [Exempt('raw_memory', 'kernel/a.cpp', 'a reason')]


def said(lines, allowed):
    found = planted.findings('length', {FILE: '\n' * lines, RATCHET: json.dumps({FILE: allowed} if allowed else {})})
    return [finding.text for finding in found]


class Ratchet(unittest.TestCase):
    def test_only_shrinks(self):
        self.assertEqual(said(700, 700), [])
        self.assertIn('has grown from 700 to 701', said(701, 700)[0])
        self.assertIn('has shrunk to 699 lines: lower its number', said(699, 700)[0])
        self.assertIn('within its limit now: remove it', said(600, 700)[0])
        self.assertIn('the limit is 600', said(700, None)[0])


class Exceptions(unittest.TestCase):
    def test_hold_for_their_file_and_rule_only(self):
        files = {'kernel/a.cpp': 'auto* a = new A;\n', 'kernel/b.cpp': 'auto* a = new A;\n'}
        self.assertEqual(planted.find('raw_memory', files, EXEMPT), ['kernel/b.cpp:1'])

    def test_are_findings_when_nothing_needs_them(self):
        self.assertEqual(planted.find('raw_memory', {'kernel/a.cpp': 'int a;\n'}, EXEMPT), ['kernel/a.cpp:0'])


if __name__ == '__main__':
    unittest.main()
