"""What the tests of this folder share: seeds, how long to go on, and what is kept of a failure."""

import asyncio
import os
import pathlib
import shutil
import sys
import tempfile
import time
import unittest

import gateway

LONG = 20 if os.environ.get('CHELA_LONG') else 1
SEED = os.environ.get('CHELA_SEED') or str(time.time_ns() % 1_000_000_007)
KEPT = gateway.BUILD / 'reports' / 'durability'


class DurabilityTest(unittest.TestCase):
    def setUp(self):
        for needed in (gateway.PROGRAM, gateway.LIBRARY):
            self.assertTrue(needed.exists(), f'{needed} is missing: build it first')
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='chela-durability-')).resolve()
        self.addCleanup(shutil.rmtree, self.folder)

    def run_async(self, task):
        return asyncio.run(task)

    def report(self, text):
        print(f'    {self.id().rpartition(".")[2]}: {text}', file=sys.stderr, flush=True)

    def expect_none(self, problems, watched=None, seed=SEED):
        """Fails with the first problems; keeps the journal, so that replay.py can show any cycle again."""
        if not problems:
            return
        kept = ''
        if watched:
            folder = KEPT / self.id()
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            shutil.copy(watched.journal, folder)
            shutil.copy(watched.start, folder)
            kept = f'\nagain: tests/durability/replay.py {folder} --seed {seed} --cycle N'
        shown = '\n'.join(map(str, problems[:12]))
        self.fail(f'{len(problems)} problems with seed {seed}:\n{shown}{kept}')
