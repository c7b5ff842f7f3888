"""tools/abi: a header that changes without a release is found, a release is cut, what was released is never altered."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tools'))
import abi_release  # noqa: E402
import lint_rules  # noqa: E402
from lint_rules.tree import Tree  # noqa: E402

SDK = ['include', 'abi-history', 'cmake', 'CMakeLists.txt']
HOOK = 'plugin-sdk/include/chela/ext/hook.h'
ABI = 'plugin-sdk/include/chela/abi.h'
MEMBER = '''  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
} chela_plugin_hook;
'''
NEW_MEMBER = '''  /* Pauses everything. [loop & started] */
  void (*pause)(const chela_plugin *plugin);
'''
AND_NEW_MEMBER = MEMBER.replace('}', NEW_MEMBER + '}')
NEWEST = abi_release.releases(ROOT)[-1]
NEXT = (NEWEST[0], NEWEST[1] + 1)


def dotted(version):
    return f'{version[0]}.{version[1]}'


class AbiTree(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        for name in SDK:
            source, target = ROOT / 'plugin-sdk' / name, self.root / 'plugin-sdk' / name
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy(source, target)

    def abi(self, *arguments):
        done = subprocess.run([sys.executable, str(ROOT / 'tools/abi'), '--root', str(self.root), *arguments],
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def change(self, path, old, new):
        text = abi_release.read(self.root / path)
        self.assertIn(old, text)
        (self.root / path).write_text(text.replace(old, new, 1), encoding='utf-8')

    def lint(self):
        return [str(finding) for finding in lint_rules.run(Tree(self.root, []), ['abi_released'])]

    def test_the_tree_is_released(self):
        self.assertEqual(self.abi('check'), (0, ''))
        self.assertEqual(self.lint(), [])
        self.assertEqual(self.abi('cut')[0], 1)

    def test_the_layout_is_what_the_headers_say(self):
        for version in abi_release.releases(ROOT):
            folder = abi_release.folder_of(ROOT, version)
            self.assertEqual(abi_release.read(folder / 'layout.c'), abi_release.layout_of(folder / 'include', version))

    def test_a_comment_may_change(self):
        self.change(HOOK, '/* A point being passed', '/* A point that is being passed')
        self.assertEqual(self.abi('check'), (0, ''))

    def test_a_changed_header_is_found(self):
        for path, old, new in ((HOOK, MEMBER, AND_NEW_MEMBER),
                               (HOOK, 'uint64_t timeout_ms;', 'uint32_t timeout_ms;'),
                               (ABI, 'X(OK, 0)', 'X(OK, 0) X(BUSY, 15)'),
                               (ABI, f'CHELA_ABI_MINOR {NEWEST[1]}', f'CHELA_ABI_MINOR {NEXT[1]}')):
            with self.subTest(new=new):
                kept = abi_release.read(self.root / path)
                self.change(path, old, new)
                code, text = self.abi('check')
                self.assertEqual(code, 1)
                self.assertIn(f'{path}: it has changed since ABI {dotted(NEWEST)}', text)
                self.assertEqual(len(self.lint()), 1)
                (self.root / path).write_text(kept, encoding='utf-8')

    def test_a_new_and_a_missing_header_are_found(self):
        (self.root / 'plugin-sdk/include/chela/ext/new.h').write_text('#define A 1\n', encoding='utf-8')
        (self.root / HOOK).unlink()
        text = self.abi('check')[1]
        self.assertIn(f'ext/new.h: it is not part of ABI {dotted(NEWEST)}', text)
        self.assertIn(f'ext/hook.h: it is part of ABI {dotted(NEWEST)} and gone', text)

    def test_an_altered_release_is_found(self):
        for name in ('layout.c', 'plugin/x86_64.so', 'include/chela/abi.h'):
            with self.subTest(name=name):
                path = self.root / 'plugin-sdk/abi-history/1.0' / name
                kept = path.read_bytes()
                path.write_bytes(kept + b'\n')
                self.assertEqual(self.abi('check')[0], 1)
                self.assertIn('restore them', self.lint()[0])
                path.write_bytes(kept)

    def test_a_release_is_cut(self):
        self.change(HOOK, MEMBER, AND_NEW_MEMBER)
        code, text = self.abi('cut')
        self.assertEqual(code, 0, text)
        self.assertEqual(self.abi('check'), (0, ''))
        new = self.root / 'plugin-sdk/abi-history' / dotted(NEXT)
        self.assertIn('MEMBER(chela_plugin_hook, pause, 24);', abi_release.read(new / 'layout.c'))
        self.assertIn(f'#define CHELA_ABI_MINOR {NEXT[1]}', abi_release.read(self.root / ABI))
        self.assertIn(f'set(sdk_version {dotted(NEXT)}.0)', abi_release.read(self.root / 'plugin-sdk/CMakeLists.txt'))
        self.assertRegex(abi_release.read(new / 'plugin/chela.plugin.json'), re.compile(f'"abi": "{dotted(NEXT)}"'))
        for machine in abi_release.MACHINES:
            self.assertLess((new / f'plugin/{machine}.so').stat().st_size, 32 * 1024)
        self.assertEqual(self.abi('rebuild', dotted(NEXT))[0], 0)

    def test_a_broken_layout_is_not_released(self):
        self.change(HOOK, '  /* Returns at once; completes', NEW_MEMBER + '  /* Returns at once; completes')
        before = sorted(path for path in self.root.rglob('*'))
        code, text = self.abi('cut')
        self.assertEqual(code, 1)
        self.assertIn(f'the layout of ABI {dotted(NEWEST)} has changed', text)
        self.assertEqual(before, sorted(path for path in self.root.rglob('*')))
        self.assertIn(f'#define CHELA_ABI_MINOR {NEWEST[1]}', abi_release.read(self.root / ABI))


if __name__ == '__main__':
    unittest.main()
