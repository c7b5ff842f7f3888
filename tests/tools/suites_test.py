"""The totals that tools/test prints come from reports; these are the readers, and what they must not let pass."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'tools'))
import suites  # noqa: E402

GTEST = {'testsuites': [{'name': 'Url', 'testsuite': [
    {'name': 'parses', 'result': 'COMPLETED'},
    {'name': 'refuses', 'result': 'COMPLETED', 'failures': [{'failure': 'expected 1'}]},
    {'name': 'later', 'result': 'SKIPPED'}]}]}


class Readers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
        return path

    def counts(self, totals):
        return (totals.passed, totals.failed, totals.skipped)

    def test_gtest_counts_cases(self):
        totals = suites.read_gtest(self.write('a_test.json', json.dumps(GTEST)))
        self.assertEqual(self.counts(totals), (1, 1, 1))
        self.assertEqual(totals.failures, ['Url.refuses'])

    def test_ctest_takes_the_cases_of_programs(self):
        self.write('gtest/url_test.json', json.dumps(GTEST))
        junit = self.write('c.xml', '<testsuite><testcase name="url" status="fail"><failure/></testcase>'
                                    '<testcase name="script" status="run"/></testsuite>')
        totals = suites.read_ctest(junit, self.folder / 'gtest')
        self.assertEqual(self.counts(totals), (2, 1, 1))

    def test_ctest_program_that_crashes_without_a_failed_case_is_a_failure(self):
        passing = {'testsuites': [{'name': 'Url', 'testsuite': [{'name': 'parses', 'result': 'COMPLETED'}]}]}
        self.write('gtest/url_test.json', json.dumps(passing))
        junit = self.write('c.xml', '<testsuite><testcase name="url" status="fail"><failure/></testcase></testsuite>')
        totals = suites.read_ctest(junit, self.folder / 'gtest')
        self.assertEqual(self.counts(totals), (1, 1, 0))

    def test_ctest_program_that_could_not_be_started_is_a_failure(self):
        junit = self.write('c.xml', '<testsuite><testcase name="url" status="notrun"><skipped/></testcase></testsuite>')
        self.assertEqual(self.counts(suites.read_ctest(junit, self.folder)), (0, 1, 0))

    def test_junit_of_node(self):
        junit = self.write('n.xml', '<testsuites><testcase name="a"/><testsuite name="s">'
                                    '<testcase name="b"><failure type="testCodeFailure"/></testcase>'
                                    '<testcase name="c"><skipped/></testcase></testsuite></testsuites>')
        self.assertEqual(self.counts(suites.read_junit(junit)), (1, 1, 1))

    def test_unittest_output(self):
        for text, expected in (('Ran 3 tests in 0.1s\n\nOK', (3, 0, 0)),
                               ('Ran 5 tests in 1s\n\nFAILED (failures=1, errors=1, skipped=1)', (2, 2, 1)),
                               ('Traceback', (0, 1, 0))):
            with self.subTest(text):
                self.assertEqual(self.counts(suites.read_unittest(text)), expected)

    def test_a_report_does_not_hide_the_exit_code(self):
        passing = suites.Totals(passed=2)
        self.assertEqual(suites.Runner.checked('x', 0, lambda: passing).failed, 0)
        self.assertEqual(suites.Runner.checked('x', 1, lambda: suites.Totals(passed=2)).failed, 1)

    def test_every_suite_runs_somewhere_and_none_twice(self):
        self.assertIn('hostile', suites.suites_of('asan', long=True))
        self.assertEqual(suites.suites_of('tsan', long=False), ['ctest-threads'])
        everything = suites.suites_of('dev', long=True)
        self.assertEqual(set(everything) | suites.PARTS, set(suites.SUITES))
        self.assertEqual(set(everything) & suites.PARTS, set())
        self.assertEqual(set(suites.suites_of('dev', long=False)), set(everything) - suites.LONG_ONLY)

    def test_no_test_and_no_report_are_failures(self):
        self.assertEqual(suites.Runner.checked('x', 0, suites.Totals).failed, 1)
        self.assertEqual(suites.Runner.checked('x', 0, lambda: suites.read_junit(self.folder / 'none')).failed, 1)


if __name__ == '__main__':
    unittest.main()
