"""tools/docs: what is planted in the tables or in the documents is found, with its line and the way to mend it."""

import copy
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tools'))
import abi_release  # noqa: E402
import reference  # noqa: E402
from reference import abi, errors  # noqa: E402

TOOL = 'chela/ext/tool.h'
OPTION = {'positional': False, 'value': 'TEXT', 'default': '', 'required': False, 'repeats': False}
KEY = {'owner': 'gateway', 'live': False, 'secret': False, 'required': False}
FACTS = {
    'configuration': [
        {**KEY, 'path': 'gateway', 'accepts': 'an object', 'description': 'Where it listens.'},
        {**KEY, 'path': 'gateway.bind', 'accepts': 'one of "lan" or "loopback"', 'enum': ['lan', 'loopback'],
         'default': 'loopback', 'description': 'The address to listen on.'},
        {**KEY, 'path': 'gateway.hosts[]', 'accepts': 'an object'},
        {**KEY, 'path': 'gateway.hosts[].id', 'accepts': 'a text of the form ^a$', 'pattern': '^a$'},
        {**KEY, 'path': 'gateway.more.*', 'accepts': 'an object'},
        {**KEY, 'path': 'gateway.more.*.id', 'accepts': 'a text of the form ^a$', 'pattern': '^a$'},
        {**KEY, 'path': 'gateway.token', 'live': True, 'accepts': 'a text', 'secret': True, 'x-env': ['GATEWAY_TOKEN'],
         'description': 'What clients show.'},
        {**KEY, 'path': 'plugins.entries.demo.config.pace', 'owner': 'plugin demo', 'required': True,
         'accepts': 'a whole number from 1 to 9'},
    ],
    'gateway': {
        'routes': [{'method': 'GET', 'path': '/health', 'access': 'open', 'bodyBytesMax': 0, 'openai': False,
                    'summary': 'status'}],
        'access': [{'name': 'open', 'meaning': 'anyone'}],
        'metrics': [{'json': 'totalTurns', 'prometheus': 'chela_turns_total', 'type': 'counter', 'help': 'Turns'}],
        'bounds': [{'what': 'Headers', 'bound': '100'}],
    },
    'errors': {
        'codes': [{'name': 'denied', 'meaning': 'may not', 'http': 403, 'status': 3}],
        'statuses': [{'name': 'CHELA_DENIED', 'value': 3, 'error': 'denied'}],
        'closeCodes': [{'name': 'too_big', 'code': 1009, 'meaning': 'too big'}],
        'exitCodes': [{'name': 'kFailed', 'code': 1, 'meaning': 'it failed'}],
    },
    'diagnostics': {
        'plugins': [{'name': 'load_failed', 'meaning': 'cannot be loaded', 'remedy': 'install it'}],
        'configuration': [{'name': 'config_syntax', 'meaning': 'a|b', 'remedy': 'mend it'}],
        'doctor': [{'name': 'storage', 'meaning': 'is it sound', 'remedy': 'restore a backup'}],
        'conformance': [{'name': 'loads', 'meaning': 'It loads'}],
    },
    'commands': {'name': 'chela', 'description': '', 'options': [], 'commands': [
        {'name': 'config', 'description': 'The configuration', 'options': [], 'commands': [
            {'name': 'get', 'description': 'One value', 'commands': [], 'options': [
                {**OPTION, 'names': ['path'], 'positional': True, 'description': 'Such as gateway.port'},
                {**OPTION, 'names': ['--as'], 'value': 'TEXT:{json,text}', 'description': 'The form'}]}]}]},
}


def planted(change):
    facts = copy.deepcopy(FACTS)
    change(facts)
    return facts


class DocsTree(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        for path in (abi_release.HEADERS, abi_release.HISTORY):
            shutil.copytree(ROOT / path, self.root / path)
        for path in (abi.MANIFEST_SCHEMA, 'kernel/app/openclaw_keys.txt', reference.BUNDLED, errors.NODE_TABLE):
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, self.root / path)
        self.docs('--write', FACTS)
        self.folder = self.root / reference.FOLDER

    def run_docs(self, what):
        return subprocess.run(
            [sys.executable, ROOT / 'tools/docs', what, '--facts', self.root / 'facts', '--root', self.root],
            capture_output=True, text=True)

    def docs(self, what, facts):
        """Exit code and messages of tools/docs with a program that prints `facts`."""
        program = self.root / 'facts'
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(facts)}\nEND\n", encoding='utf-8')
        program.chmod(0o755)
        done = self.run_docs(what)
        return done.returncode, done.stdout + done.stderr

    def assert_found(self, facts, document, line):
        code, text = self.docs('--check', facts)
        self.assertEqual(code, 1, text)
        self.assertIn(f'{reference.FOLDER}/{document}: ', text)
        self.assertIn(line, text)
        self.assertIn('--target docs', text)

    def test_what_was_written_is_as_it_should_be(self):
        self.assertEqual(self.docs('--check', FACTS), (0, ''))
        self.assertEqual({path.name for path in self.folder.iterdir()}, set(reference.DOCUMENTS))

    def test_a_changed_table_is_found(self):
        def change(*path, to):
            def apply(facts):
                for key in path[:-1]:
                    facts = facts[key]
                facts[path[-1]] = to
            return apply

        for document, line, plant in (
                ('routes.md', '| `operator_read`', change('gateway', 'routes', 0, 'access', to='operator_read')),
                ('configuration.md', '| `"lan"` |', change('configuration', 1, 'default', to='lan')),
                ('configuration.md', '| restart |', change('configuration', 6, 'live', to=False)),
                ('command-line.md', '-| `--as json\\|text` | The form |',
                 change('commands', 'commands', 0, 'commands', 0, 'options', 1, 'description', to='')),
                ('errors.md', '| 401 |', change('errors', 'codes', 0, 'http', to=401)),
                ('diagnostics.md', 'build it', change('diagnostics', 'plugins', 0, 'remedy', to='build it')),
                ('metrics.md', '| `chela_turns` |', change('gateway', 'metrics', 0, 'prometheus', to='chela_turns'))):
            with self.subTest(document=document, line=line):
                self.assert_found(planted(plant), document, line)

    def test_a_changed_thread_tag_is_found(self):
        header = self.root / abi_release.HEADERS / TOOL
        text = abi_release.read(header)
        header.write_text(text.replace('[worker & started]', '[loop & started]', 1), encoding='utf-8')
        self.assert_found(FACTS, 'capabilities.md', '+| `chela_plugin_tool.run` | loop | started | 1.0 |')

    def test_an_interface_carries_each_kind_that_it_lists(self):
        row = '| `memory` | `chela.capability/1` | stable |'
        self.assertIn(row, (self.folder / 'capabilities.md').read_text(encoding='utf-8'))
        header = self.root / abi_release.HEADERS / 'chela/ext/capability.h'
        header.write_text(abi_release.read(header).replace(' The kinds: memory,', ' The kinds: ', 1), encoding='utf-8')
        self.assert_found(FACTS, 'capabilities.md', '-' + row)

    def test_a_function_without_a_tag_is_an_error(self):
        header = self.root / abi_release.HEADERS / TOOL
        text = abi_release.read(header)
        header.write_text(text.replace(' [worker & started]', '', 1), encoding='utf-8')
        code, text = self.docs('--check', FACTS)
        self.assertEqual(code, 1)
        self.assertIn('run: no thread tag', text)

    def test_a_function_of_a_later_version_says_since_when(self):
        header = self.root / abi_release.HEADERS / TOOL
        text = abi_release.read(header)
        end = '} chela_plugin_tool;'
        header.write_text(text.replace(end, f'  /* Pauses. [loop] */\n  void (*pause)(void);\n{end}'), encoding='utf-8')
        self.assert_found(FACTS, 'capabilities.md', '+| `chela_plugin_tool.pause` | loop | | unreleased | Pauses. |')

    def test_a_document_too_many_or_too_few_is_found(self):
        (self.folder / 'metrics.md').rename(self.folder / 'more.md')
        (self.folder / 'other.md').write_text('# Of another generator\n', encoding='utf-8')
        self.assert_found(FACTS, 'more.md', 'nothing makes it')
        self.assert_found(FACTS, 'metrics.md', 'it is missing')
        self.docs('--write', FACTS)
        self.assertEqual(self.docs('--check', FACTS), (0, ''))
        self.assertFalse((self.folder / 'more.md').exists())
        self.assertTrue((self.folder / 'other.md').exists())

    def test_a_program_that_fails_is_no_success(self):
        (self.root / 'facts').write_text('#!/bin/sh\nexit 3\n', encoding='utf-8')
        done = self.run_docs('--check')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('ended with 3', done.stderr)

    def test_forms_of_values(self):
        text = (self.folder / 'configuration.md').read_text(encoding='utf-8')
        for row in ('| `gateway.hosts[].id` | a text of the form `^a$` | | restart | |',
                    '| `gateway.more.*` | an object | | | The keys of `gateway.hosts[]`. |',
                    '| `gateway.bind` | `lan`, `loopback` | `"loopback"` | restart | The address to listen on. |',
                    '| `gateway.token` | a text | | live | What clients show. Secret. Variable: `GATEWAY_TOKEN`. |',
                    '| `plugins.entries.demo.config.pace` | a whole number from 1 to 9 | | restart | Required. |'):
            self.assertIn(row, text)
        self.assertIn('a\\|b', (self.folder / 'diagnostics.md').read_text(encoding='utf-8'))
        text = (self.folder / 'command-line.md').read_text(encoding='utf-8')
        self.assertIn('chela config get [PATH] [OPTIONS]', text)


if __name__ == '__main__':
    unittest.main()
