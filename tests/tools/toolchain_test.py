"""GCC 12 miscompiles coroutines without a word, so configuring with it must stop and say so."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Toolchain(unittest.TestCase):
    def test_gcc_12_is_refused_with_the_reason(self):
        self.assertTrue(shutil.which('g++-12'), 'g++-12 comes with tools/setup')
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(['cmake', '-G', 'Ninja', '-S', ROOT, '-B', folder, '-DCMAKE_C_COMPILER=gcc-12',
                                   '-DCMAKE_CXX_COMPILER=g++-12'], capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('miscompiles', done.stderr)
        self.assertIn('cmake --preset release', done.stderr)


if __name__ == '__main__':
    unittest.main()
