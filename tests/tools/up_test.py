"""tools/up around a stand-in program (the benchmarks' bare listener): start, run again, rebuild, stop, failures."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NINJA = """
rule compile
  command = clang++-19 -std=c++20 $in -o $out -luv
build bin/chela: compile ../../listener.cpp
"""


class Up(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        self.build = self.tree / 'build' / 'release'
        for path in (self.tree / 'tools', self.build / 'bin'):
            path.mkdir(parents=True)
        for name in ('up', 'env.sh'):
            shutil.copy(ROOT / 'tools' / name, self.tree / 'tools' / name)
        (self.tree / 'tools' / 'setup').write_text('#!/bin/sh\n', encoding='ascii')
        (self.tree / 'tools' / 'setup').chmod(0o755)
        shutil.copy(ROOT / 'tools/benchmarks/listener.cpp', self.tree / 'listener.cpp')
        (self.build / 'build.ninja').write_text(NINJA, encoding='ascii')
        self.home = self.tree / 'home'
        self.addCleanup(self.up, '--stop')

    def up(self, *arguments):
        environment = {**os.environ, 'CHELA_HOME': str(self.home)}
        return subprocess.run([self.tree / 'tools' / 'up', *arguments], env=environment, capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL, timeout=60)

    def pid(self):
        return int((self.home / 'gateway.pid').read_text(encoding='ascii'))

    def replace_program(self, source):
        (self.tree / 'listener.cpp').write_text(source, encoding='ascii')
        future = time.time() + 5
        os.utime(self.tree / 'listener.cpp', (future, future))

    def test_starts_and_says_where(self):
        done = self.up()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r'http://127\.0\.0\.1:\d+/chat')
        self.assertIn('tools/up --stop', done.stdout)

    def test_a_second_run_changes_nothing(self):
        first = self.up()
        pid = self.pid()
        start = time.monotonic()
        second = self.up()
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(self.pid(), pid)
        self.assertEqual(second.stdout.splitlines()[-2:], first.stdout.splitlines()[-2:])

    def test_a_new_build_is_started_in_its_place(self):
        self.up()
        pid = self.pid()
        self.replace_program((self.tree / 'listener.cpp').read_text(encoding='ascii') + '// newer\n')
        done = self.up()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotEqual(self.pid(), pid)

    def test_stop(self):
        self.up()
        pid = self.pid()
        self.assertIn('has stopped', self.up('--stop').stdout)
        self.assertFalse(pathlib.Path(f'/proc/{pid}').exists())
        self.assertIn('not running', self.up('--stop').stdout)

    def test_a_stale_process_id_of_another_program_is_left_alone(self):
        self.home.mkdir()
        (self.home / 'gateway.pid').write_text(f'{os.getpid()}\n', encoding='ascii')
        self.assertIn('not running', self.up('--stop').stdout)

    def test_a_gateway_that_ends_at_once_shows_its_last_words(self):
        self.replace_program('#include <cstdio>\nint main() { std::puts("port 18789 is in use"); return 1; }\n')
        done = self.up()
        self.assertEqual(done.returncode, 1)
        self.assertIn('port 18789 is in use', done.stderr)
        self.assertIn('--port', done.stderr)

    def test_a_broken_build_starts_nothing(self):
        self.replace_program('this is no program\n')
        done = self.up()
        self.assertEqual(done.returncode, 1)
        self.assertIn('the build failed', done.stderr)
        self.assertFalse((self.home / 'gateway.pid').exists())

    def test_an_unknown_option_is_named(self):
        done = self.up('--prot')
        self.assertEqual(done.returncode, 1)
        self.assertIn('--prot', done.stderr)


if __name__ == '__main__':
    unittest.main()
