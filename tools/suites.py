#!/usr/bin/env python3
"""Builds a preset and runs the test suites; called by tools/test.

Every suite runs to its end, also after another has failed. A suite's programs write machine-readable reports
(GoogleTest JSON, JUnit XML); the totals are read from those, and a suite that left no report counts as one failure.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITE_TIMEOUT_S = 30 * 60
LONG_TIMEOUT_S = 120 * 60  # with --long


@dataclasses.dataclass
class Totals:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = dataclasses.field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures
        return self

    def fail(self, name):
        return self.add(Totals(failed=1, failures=[name]))


def read_gtest(path):
    """Totals of one GoogleTest JSON report."""
    totals = Totals()
    for suite in json.loads(path.read_text(encoding='utf-8')).get('testsuites', []):
        for case in suite.get('testsuite', []):
            if case.get('result') in ('SKIPPED', 'SUPPRESSED'):
                totals.skipped += 1
            elif case.get('failures'):
                totals.fail(f"{suite['name']}.{case['name']}")
            else:
                totals.passed += 1
    return totals


def read_junit(path):
    """Totals of one JUnit report, as ctest and Node's test runner write it; a failure with the first line of its reason."""
    totals = Totals()
    for case in xml.etree.ElementTree.parse(path).iter('testcase'):
        problem = next((found for found in map(case.find, ('failure', 'error')) if found is not None), None)
        if problem is not None or case.get('status') == 'fail':
            reason = '' if problem is None else (problem.get('message') or '').strip().partition('\n')[0]
            totals.fail(f"{case.get('name')}: {reason}" if reason else case.get('name'))
        elif case.find('skipped') is not None:
            totals.skipped += 1
        else:
            totals.passed += 1
    return totals


def read_ctest(junit, gtest_folder):
    """Totals of a ctest run, with the cases of the GoogleTest programs instead of one per program.

    A program that failed although no case of it did (a leak report, a crash after the last case) is one failure.
    """
    totals = Totals()
    for case in xml.etree.ElementTree.parse(junit).iter('testcase'):
        name, failed = case.get('name'), case.get('status') == 'fail'
        report = gtest_folder / f'{name}_test.json'
        if report.exists():
            cases = read_gtest(report)
            totals.add(cases)
            if failed and not cases.failed:
                totals.fail(f'{name} (the program itself)')
        elif failed or case.get('status') == 'notrun':
            totals.fail(name)
        else:
            totals.passed += 1
    return totals


def read_unittest(text):
    """Totals from what `python3 -m unittest` prints."""
    ran = re.search(r'^Ran (\d+) tests?', text, re.MULTILINE)
    if not ran:
        return Totals().fail('the test program did not finish')
    counts = {key: int(number) for key, number in re.findall(r'(failures|errors|skipped)=(\d+)', text)}
    failed, skipped = counts.get('failures', 0) + counts.get('errors', 0), counts.get('skipped', 0)
    names = re.findall(r'^(?:FAIL|ERROR): (\S+)', text, re.MULTILINE)
    return Totals(max(int(ran.group(1)) - failed - skipped, 0), failed, skipped, names)


class Runner:
    """Runs suites against one preset's build. Reports land in build/PRESET/reports/."""

    def __init__(self, preset):
        self.preset = preset
        self.build = ROOT / 'build' / preset
        self.reports = self.build / 'reports'
        self.environment = {
            **os.environ,
            'CHELA_PRESET': preset,
            'CHELA_BUILD_DIR': str(self.build),
            'CHELA_SOURCE_DIR': str(ROOT),
            'ASAN_OPTIONS': 'detect_stack_use_after_return=1:strict_string_checks=1',
            'UBSAN_OPTIONS': 'print_stacktrace=1',
            'TSAN_OPTIONS': 'second_deadlock_stack=1:history_size=4',
        }

    def run(self, *command, folder=ROOT, capture=False, **environment):
        """Exit code, and the output when captured (it is shown as well)."""
        print('+', ' '.join(map(str, command)), flush=True)
        seconds_max = LONG_TIMEOUT_S if 'CHELA_LONG' in self.environment else SUITE_TIMEOUT_S
        try:
            done = subprocess.run(command, cwd=folder, env={**self.environment, **environment}, check=False,
                                  timeout=seconds_max, text=True, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE if capture else None,
                                  stderr=subprocess.STDOUT if capture else None)
        except subprocess.TimeoutExpired:
            print(f'stopped after {seconds_max} seconds', flush=True)
            return 124, ''
        except OSError as error:
            print(error, flush=True)
            return 127, ''
        if capture:
            print(done.stdout, end='', flush=True)
        return done.returncode, done.stdout or ''

    def make(self, targets=()):
        totals = Totals()
        chosen = ['--target', *targets] if targets else []
        if self.run('cmake', '--preset', self.preset)[0] or self.run('cmake', '--build', self.build, *chosen)[0]:
            totals.fail('the build')
        return totals

    def ctest(self, programs=()):
        """All programs, or those of the given names."""
        gtest_folder = self.reports / 'gtest'
        shutil.rmtree(gtest_folder, ignore_errors=True)
        junit = self.reports / 'ctest.xml'
        junit.unlink(missing_ok=True)
        chosen = ['--tests-regex', f"^({'|'.join(programs)})$"] if programs else []
        code, _ = self.run('ctest', '--test-dir', self.build, '--output-on-failure', '--no-tests=error', '-j', '2',
                           '--output-junit', junit, *chosen, GTEST_OUTPUT=f'json:{gtest_folder}/')
        return self.checked('ctest', code, lambda: read_ctest(junit, gtest_folder))

    def packages(self, folder):
        """Installs a folder's Node packages when its lock has changed; whether they are there."""
        lock, stamp = folder / 'package-lock.json', folder / 'node_modules' / '.lock-installed'
        if lock.exists() and (not stamp.exists() or stamp.read_bytes() != lock.read_bytes()):
            if self.run('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error', folder=folder)[0]:
                return False
            stamp.parent.mkdir(exist_ok=True)
            stamp.write_bytes(lock.read_bytes())
        return True

    def node(self, name, folder, files, before=None, **environment):
        """A folder of node:test files with a package.json."""
        if not self.packages(folder):
            return Totals().fail(f'{name}: npm ci')
        if before and self.run(*before, folder=folder)[0]:
            return Totals().fail(f'{name}: {" ".join(before)}')
        junit = self.reports / f'{name}.xml'
        junit.unlink(missing_ok=True)
        code, _ = self.run('node', '--test', '--test-concurrency=1', '--test-reporter=spec', '--test-reporter-destination=stdout',
                           '--test-reporter=junit', f'--test-reporter-destination={junit}', *files, folder=folder, **environment)
        return self.checked(name, code, lambda: read_junit(junit))

    def e2e(self):
        """The whole program; some of its plugins are those of the bridge's tests."""
        if not self.packages(BRIDGE):
            return Totals().fail('e2e: npm ci of the bridge')
        return self.node('e2e', E2E, test_files(E2E))

    def chaos(self):
        """Faults in plugins of the bridge, beside good ones."""
        if not self.packages(BRIDGE):
            return Totals().fail('chaos: npm ci of the bridge')
        return self.node('chaos', CHAOS, test_files(CHAOS))

    def bridge(self):
        """The Node host: its packages, its build, its types, its tests."""
        if not self.packages(BRIDGE / 'test' / 'published'):
            return Totals().fail('bridge: npm ci of upstream\'s large plugins')
        totals = self.node('bridge', BRIDGE, test_files(BRIDGE), before=('npm', 'run', '--silent', 'build'))
        if self.run('npm', 'run', '--silent', 'check', folder=BRIDGE)[0]:
            totals.fail('bridge: the types')
        return totals

    def addon(self):
        """Native plugins inside Node, which has to load the sanitizer's runtime first; its own memory at exit is not ours."""
        environment = {}
        if self.preset == 'asan':
            runtime = self.run('clang-19', '-print-file-name=libclang_rt.asan-' + os.uname().machine + '.so', capture=True)[1].strip()
            options = self.environment['ASAN_OPTIONS'] + ':detect_leaks=0'
            environment = {'LD_PRELOAD': runtime, 'ASAN_OPTIONS': options}
        return self.node('addon', ADDON, test_files(ADDON), **environment)

    def fuzz(self):
        """Every fuzz target, on a build of its own (preset fuzz): what is known again, then a search for more."""
        report = self.reports / 'fuzz.xml'
        report.unlink(missing_ok=True)
        search = '--seconds=300' if self.environment.get('CHELA_LONG') else '--fixed'
        code, _ = self.run(sys.executable, FUZZ / 'run.py', search, f'--report={report}')
        return self.checked('fuzz', code, lambda: read_junit(report))

    def lint(self):
        return Totals().fail('tools/lint') if self.run(ROOT / 'tools' / 'lint')[0] else Totals(passed=1)

    def unittest(self, folder, interpreter=sys.executable):
        code, text = self.run(interpreter, '-m', 'unittest', 'discover', '-s', folder, '-t', folder, '-p', '*_test.py',
                              capture=True)
        return self.checked(f'python {folder.name}', code, lambda: read_unittest(text))

    def python(self):
        totals = Totals()
        for folder in sorted({path.parent for path in (ROOT / 'tests').glob('*/*_test.py')} - {DURABILITY, LOAD}):
            totals.add(self.unittest(folder))
        return totals

    def load(self):
        if self.run('cmake', '--build', self.build, '--target', 'benchmark_programs')[0]:
            return Totals().fail('load: the build of its clients')
        return self.unittest(LOAD)

    @staticmethod
    def checked(name, code, read):
        """What the report says, but never a pass when the program itself failed or found nothing to do."""
        try:
            totals = read()
        except (OSError, ValueError, KeyError, xml.etree.ElementTree.ParseError) as error:
            return Totals().fail(f'{name}: no readable report ({error})')
        if code and not totals.failed:
            totals.fail(f'{name}: exit code {code}')
        if not totals.passed and not totals.failed:
            totals.fail(f'{name}: it ran no test')
        return totals


def test_files(folder):
    """The node:test files below `folder`, as paths within it."""
    found = (path.relative_to(folder) for path in folder.rglob('*.test.mjs'))
    return sorted(str(path) for path in found if 'node_modules' not in path.parts)


E2E = ROOT / 'tests' / 'e2e'
BRIDGE = ROOT / 'bridge-node'
ADDON = ROOT / 'addon'
HOSTILE = ROOT / 'tests' / 'hostile'
FUZZ = ROOT / 'tests' / 'fuzz'
BROWSER = ROOT / 'tests' / 'browser'
CHAOS = ROOT / 'tests' / 'chaos'
DURABILITY = ROOT / 'tests' / 'durability'
LOAD = ROOT / 'tests' / 'load'
SKILLS = ROOT / 'tests' / 'skills'
DEBIAN_PYTHON = '/usr/bin/python3'  # whatever else is called python3: this one has Debian's python3-websockets
# Under a sanitizer: all of ctest, and the conversations that touch most of the gateway.
SMOKE = ['conversation.test.mjs', 'upstream.test.mjs', 'openai_sdk.test.mjs', 'limits.test.mjs']
# Where threads meet: workers, the writer of the store, loggers, the egress module, plugins that answer from threads.
THREADED = ['core_loop', 'core_log', 'core_store', 'core_egress', 'core_plugins', 'runtime_models', 'runtime_tools']
SUITES = {
    'ctest': Runner.ctest,
    'ctest-threads': lambda runner: runner.ctest(THREADED),
    'lint': Runner.lint,
    'python': Runner.python,
    'e2e': Runner.e2e,
    'hostile': lambda runner: runner.node('hostile', HOSTILE, test_files(HOSTILE)),
    'durability': lambda runner: runner.unittest(DURABILITY, DEBIAN_PYTHON),
    'bridge': Runner.bridge,
    'addon': Runner.addon,
    'load': Runner.load,
    'browser': lambda runner: runner.node('browser', BROWSER, test_files(BROWSER)),
    'chaos': Runner.chaos,
    'skills': lambda runner: runner.node('skills', SKILLS, test_files(SKILLS)),
    'fuzz': Runner.fuzz,
    'e2e-smoke': lambda runner: runner.node('e2e-smoke', E2E, SMOKE),
}
DEFAULT = {'asan': ['ctest', 'e2e-smoke', 'addon'], 'tsan': ['ctest-threads']}
LONG = {'asan': ['ctest', 'e2e-smoke', 'hostile', 'durability', 'addon'], 'tsan': ['ctest', 'e2e-smoke']}
PARTS = {'ctest-threads', 'e2e-smoke'}  # of other suites
LONG_ONLY = {'load'}  # its limits are those of a machine that does nothing else


def suites_of(preset, long):
    """What runs when no suite is named."""
    left_out = PARTS if long else PARTS | LONG_ONLY
    return (LONG if long else DEFAULT).get(preset) or [name for name in SUITES if name not in left_out]


def parse_arguments():
    parser = argparse.ArgumentParser(prog='tools/test', description='Builds a preset and runs the test suites.')
    parser.add_argument('--preset', default='dev', choices=['dev', 'release', 'asan', 'tsan'])
    parser.add_argument('--suite', action='append', choices=list(SUITES), help='only this one; may be repeated')
    parser.add_argument('--long', action='store_true', help='also what takes hours (CHELA_LONG=1 for the suites)')
    parser.add_argument('--list', action='store_true', help='name the suites and stop')
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.list:
        print('\n'.join(SUITES))
        return 0
    runner = Runner(arguments.preset)
    if arguments.long:
        runner.environment['CHELA_LONG'] = '1'
    chosen = arguments.suite or suites_of(arguments.preset, arguments.long)
    targets = [f'{name}_test' for name in THREADED] if chosen == ['ctest-threads'] else []

    rows = []

    def record(name, action):
        print(f'\n=== {name} ({arguments.preset})', flush=True)
        start = time.monotonic()
        rows.append((name, action(), time.monotonic() - start))

    record('build', lambda _=None: runner.make(targets))
    runner.reports.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        record(name, lambda name=name: SUITES[name](runner))

    total = Totals()
    print(f"\n{'suite':<12} {'passed':>7} {'failed':>7} {'skipped':>7} {'seconds':>8}")
    for name, totals, seconds in rows:
        total.add(totals)
        print(f'{name:<12} {totals.passed:>7} {totals.failed:>7} {totals.skipped:>7} {seconds:>8.1f}')
    for failure in total.failures:
        print(f'failed: {failure}')
    print(f'{total.passed} passed, {total.failed} failed')
    return 1 if total.failed else 0


if __name__ == '__main__':
    sys.exit(main())
