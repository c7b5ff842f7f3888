#!/usr/bin/env python3
"""Runs fuzz targets: builds them, replays every seed and what was kept in the tree, then looks for more.

tests/fuzz/run.py                          every target, 5 seconds each
tests/fuzz/run.py --seconds 300 sse url    these two, five minutes each
tests/fuzz/run.py --fixed                  every target, the same made-up inputs each time: for CI
tests/fuzz/run.py --keep sse               puts what the run of `sse` found to be new into the tree's corpus
tests/fuzz/run.py --replay FILE            one input through the target that its folder names

An input that fails a target is kept in build/fuzz/failures/TARGET/; the line that plays it again is printed.
"""

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / 'build' / 'fuzz'
INPUT_BYTES_MAX = 4096
MEMORY_MB_MAX = 2048
INPUT_SECONDS_MAX = 10
KEPT_BYTES_MAX = 16 * 1024  # of a target, by `keep`; what people add may go up to the tree's limit (limits_test.py)
KEPT_FILES_MAX = 40
FIXED_SECONDS_MAX = 20  # of a fixed search on a slow machine; it ends by its number of inputs
FIXED_INPUTS = 4000
ENVIRONMENT = {
    **os.environ,
    'ASAN_OPTIONS': 'detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1',
    'UBSAN_OPTIONS': 'print_stacktrace=1',
    'LSAN_OPTIONS': f'print_suppressions=0:suppressions={ROOT}/tests/leaks.supp',
}


@dataclasses.dataclass
class Step:
    target: str
    name: str  # replay or search
    seconds: float
    problem: str = ''  # empty: it passed
    figures: str = ''


def all_targets():
    return sorted(path.name.removesuffix('_fuzz.cpp') for path in HERE.glob('*_fuzz.cpp'))


def call(*command, **options):
    print('+', ' '.join(map(str, command)), flush=True)
    return subprocess.run(list(map(str, command)), check=False, stdin=subprocess.DEVNULL, cwd=ROOT, **options).returncode


def build(targets):
    programs = [f'{target}_fuzz' for target in targets]
    return call('cmake', '--preset', 'fuzz', stdout=subprocess.DEVNULL) or call('cmake', '--build', BUILD, '--target', *programs)


def seed_folders(target):
    """What a target starts with: the tree's corpus, and cases of the hostile suites where they were exported."""
    folders = [HERE / 'corpus' / target, BUILD / 'seeds' / target]
    return [folder for folder in folders if folder.is_dir()]


def command_of(target, *more):
    dictionary = HERE / 'dictionaries' / f'{target}.dict'
    words = [f'-dict={dictionary}'] if dictionary.exists() else []
    return [BUILD / 'bin' / f'{target}_fuzz', *words, *more, f'-timeout={INPUT_SECONDS_MAX}', f'-rss_limit_mb={MEMORY_MB_MAX}']


def problem_of(output):
    """The line that says what went wrong."""
    for pattern in (r'^broken promise: .*', r'^.*runtime error: .*', r'^.*ERROR: (?:Address|Leak)Sanitizer.*',
                    r'^.*[Aa]ssert.*failed.*', r'^ +what\(\): .*', r'^.*ERROR: libFuzzer.*', r'^SUMMARY: .*'):
        found = re.search(pattern, output, re.MULTILINE)
        if found:
            return found.group(0).strip()
    return (output.strip().splitlines() or ['it said nothing'])[-1]


def run_step(target, name, arguments, seconds_max):
    failures = BUILD / 'failures' / target
    failures.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    command = [str(word) for word in command_of(target, *arguments, f'-artifact_prefix={failures}/')]
    try:
        done = subprocess.run(command, check=False, env=ENVIRONMENT, cwd=ROOT, stdin=subprocess.DEVNULL, errors='replace',
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds_max)
        output, code = done.stdout, done.returncode
    except (subprocess.TimeoutExpired, OSError) as error:
        output, code = f'{error}', 1
    step = Step(target, name, time.monotonic() - start)
    figures = re.findall(r'#(\d+)\s+DONE\s+cov: (\d+)', output)
    if figures:
        step.figures = f'{figures[-1][0]} inputs, {figures[-1][1]} edges'
    if code:
        step.problem = problem_of(output)
        kept = re.findall(r'Test unit written to (\S+)', output)
        print(output[-6000:])
        print(f'{target}: {step.problem}')
        for path in kept:
            print(f'  the input: {path}\n  play it again: {HERE.relative_to(ROOT)}/run.py --replay {path}', flush=True)
    return step


def run_target(target, seconds, fixed):
    """Replays what is known, then goes on from there. What is new lies in build/fuzz/found/TARGET afterwards."""
    found = BUILD / 'found' / target
    found.mkdir(parents=True, exist_ok=True)
    seeds = seed_folders(target)
    steps = [run_step(target, 'replay', ['-runs=0', *seeds], 600)]
    if not steps[0].problem:
        limits = [f'-max_total_time={FIXED_SECONDS_MAX if fixed else seconds}', f'-max_len={INPUT_BYTES_MAX}', '-print_final_stats=0']
        if fixed:
            shutil.rmtree(found)
            found.mkdir()
            limits += ['-seed=1', f'-runs={FIXED_INPUTS}']
        steps.append(run_step(target, 'search', [*limits, found, *seeds], seconds + 300))
    for step in steps:
        print(f'{target:<16} {step.name:<7} {step.seconds:6.1f} s  {step.problem or "passed"}  {step.figures}', flush=True)
    return steps


def write_report(path, steps):
    suite = xml.etree.ElementTree.Element('testsuite', name='fuzz')
    for step in steps:
        case = xml.etree.ElementTree.SubElement(suite, 'testcase', name=f'{step.target} {step.name}', time=f'{step.seconds:.1f}')
        if step.problem:
            xml.etree.ElementTree.SubElement(case, 'failure', message=step.problem)
    path.parent.mkdir(parents=True, exist_ok=True)
    xml.etree.ElementTree.ElementTree(suite).write(path, encoding='utf-8', xml_declaration=True)


def keep(target):
    """Adds to the target's corpus in the tree what reaches new code, small inputs and large ones, as long as there is room."""
    corpus, merged = HERE / 'corpus' / target, BUILD / 'merged' / target
    shutil.rmtree(merged, ignore_errors=True)
    for folder in seed_folders(target):
        shutil.copytree(folder, merged, dirs_exist_ok=True)
    known = set(os.listdir(merged))
    if call(*command_of(target, '-merge=1', f'-max_len={INPUT_BYTES_MAX}', merged, BUILD / 'found' / target), env=ENVIRONMENT,
            stderr=subprocess.DEVNULL):
        return 1
    files = list(corpus.iterdir())
    room, places = KEPT_BYTES_MAX - sum(path.stat().st_size for path in files), KEPT_FILES_MAX - len(files)
    new = sorted((merged / name for name in set(os.listdir(merged)) - known), key=lambda path: path.stat().st_size)
    for path in new[::max(1, len(new) // max(1, places))][:max(0, places)]:
        room -= path.stat().st_size
        if room >= 0:
            shutil.copyfile(path, corpus / path.name[:16])
    print(f'{target}: {len(list(corpus.iterdir()))} inputs')
    return 0


def replay(path):
    target = path.resolve().parent.name
    if target not in all_targets():
        print(f'{path}: its folder is named after no target', file=sys.stderr)
        return 2
    return build([target]) or call(*command_of(target, path), env=ENVIRONMENT)


def parse_arguments():
    parser = argparse.ArgumentParser(description='Runs fuzz targets.')
    parser.add_argument('target', nargs='*', help='all without any')
    parser.add_argument('--seconds', type=int, default=5, help='of search, for each target')
    parser.add_argument('--fixed', action='store_true', help='a search that is the same each time, instead')
    parser.add_argument('--jobs', type=int, default=2, help='targets at once')
    parser.add_argument('--report', type=pathlib.Path, help='where a JUnit report goes')
    parser.add_argument('--keep', action='store_true', help='afterwards: take what is new into the tree')
    parser.add_argument('--replay', type=pathlib.Path, metavar='FILE', help='only this input')
    arguments = parser.parse_args()
    unknown = set(arguments.target) - set(all_targets())
    if unknown:
        parser.error(f'no such target: {", ".join(sorted(unknown))}; there are {", ".join(all_targets())}')
    return arguments


def main():
    arguments = parse_arguments()
    if arguments.replay:
        return replay(arguments.replay)
    targets = arguments.target or all_targets()
    if build(targets):
        return 1
    call('node', HERE / 'seeds.mjs', BUILD / 'seeds')
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        steps = [step for steps in pool.map(lambda target: run_target(target, arguments.seconds, arguments.fixed), targets) for step in steps]
    if arguments.report:
        write_report(arguments.report, steps)
    failed = sum(bool(step.problem) for step in steps)
    print(f'{len(steps) - failed} passed, {failed} failed')
    if failed:
        return 1
    return any([keep(target) for target in targets]) if arguments.keep else 0


if __name__ == '__main__':
    sys.exit(main())
