"""tools/protocol: schemas that some reader would not understand are refused, files that are not what comes out are found."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tools'))
from protocol_code import cpp, schema  # noqa: E402

TOOL = {
    'interface': 'chela.tool/1', 'description': 'd', 'types': {},
    'methods': {'tool.call': {'direction': 'either', 'description': 'd',
                              'params': {'type': 'object', 'required': ['a'], 'properties': {'a': {'type': 'string'}}}}},
}
# What is put in the place of the member `a`, or of the whole, and what is said about it.
REFUSED = [
    ({'type': 'text'}, 'has no type of'),
    ({'type': 'string', 'pattern': 'x'}, '"pattern" is not understood'),
    ({'type': 'integer'}, '"minimum" is missing'),
    ({'type': 'integer', 'minimum': -1}, 'integers begin at 0 or above'),
    ({'type': 'integer', 'minimum': 0, 'maximum': 2**53}, '"maximum" is no limit'),
    ({'type': 'string', 'maxLength': '5'}, '"maxLength" is no limit'),
    ({'type': 'string', 'enum': ['A-b']}, '"A-b" is no camelCase name'),
    ({'$ref': '#/types/None'}, 'there is no type'),
    ({'raw': False}, '"raw" can only be true'),
    ({'raw': True, 'type': 'array'}, 'raw can only have the type object'),
    ({'type': 'array'}, '"items" is missing'),
    ({'type': 'object', 'properties': {}}, '"required" is missing'),
    ({'type': 'object', 'required': ['b'], 'properties': {}}, '"b" is required and not there'),
    ({'type': 'object', 'required': [], 'properties': {'B': {'type': 'string'}}}, '"B" is no camelCase name'),
    ({'type': 'object', 'required': [], 'properties': {}, 'additionalProperties': False}, 'is not understood'),
]


class Schemas(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def read(self, value, name='tool'):
        text = value if isinstance(value, str) else json.dumps(value)
        (self.folder / f'{name}.json').write_text(text, encoding='utf-8')
        return schema.read(self.folder)

    def refused(self, value, why, name='tool'):
        with self.assertRaises(schema.Refused) as caught:
            self.read(value, name)
        self.assertIn(why, str(caught.exception))

    def changed(self, *path, to):
        value = json.loads(json.dumps(TOOL))
        place = value
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to
        return value

    def test_what_no_reader_would_understand_is_refused(self):
        self.assertEqual(self.read(TOOL)[0].methods[0].name, 'tool.call')
        for member, why in REFUSED:
            with self.subTest(member=member):
                self.refused(self.changed('methods', 'tool.call', 'params', 'properties', 'a', to=member), why)

    def test_interfaces_and_methods_are_checked(self):
        self.refused(self.changed('interface', to='chela.tool/2'), 'is not chela.tool/1')
        self.refused(self.changed('methods', 'tool.call', 'direction', to='sideways'), 'the direction is none of')
        self.refused(self.changed('methods', 'tool.call', 'params', to={'type': 'string'}), 'is not an object')
        event = {'type': 'object', 'required': [], 'properties': {}}
        self.refused(self.changed('methods', 'tool.call', 'event', to=event), 'a notification has no events')
        self.refused(self.changed('methods', to={'tool': TOOL['methods']['tool.call']}), 'is no name of a method')
        self.refused('{', 'tool.json')
        self.refused('{"interface":"a","interface":"b"}', 'stands twice')

    def test_two_types_have_two_names(self):
        content = {'type': 'object', 'required': [], 'properties': {}}
        twice = self.changed('types', to={'A': content})
        twice['methods']['tool.call']['params']['properties']['a'] = {'type': 'object', 'required': [], 'properties': {'b': content}}
        self.assertEqual([node.name for node in self.read(twice)[0].inner], ['ToolA', 'ToolCallParamsAB', 'ToolCallParamsA', 'ToolCallParams'])
        other = self.changed('interface', to='chela.other/1')
        self.refused(other, 'stands in two interfaces', 'other')

    def test_words_of_the_language_are_no_members(self):
        made = self.changed('methods', 'tool.call', 'params', 'properties', 'default', to={'type': 'boolean'})
        self.assertIn('std::optional<bool> default_;', cpp.header(self.read(made)[0]))


class Files(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        shutil.copytree(ROOT / schema.FOLDER, self.root / schema.FOLDER)

    def protocol(self, *arguments):
        return subprocess.run([sys.executable, ROOT / 'tools/protocol', '--root', self.root, *arguments], stderr=subprocess.PIPE,
                              text=True, check=False)

    def test_files_that_differ_are_found(self):
        self.assertEqual(self.protocol('--check').returncode, 1, 'they are missing')
        self.assertEqual(self.protocol('--write').returncode, 0)
        self.assertEqual(self.protocol('--check').returncode, 0)
        page = self.root / 'docs/generated/plugin-protocol.md'
        page.write_text(page.read_text(encoding='utf-8') + 'by hand\n', encoding='utf-8')
        done = self.protocol('--check')
        self.assertEqual(done.returncode, 1)
        self.assertIn('docs/generated/plugin-protocol.md: not what comes out', done.stderr)

    def test_a_schema_that_is_refused_is_named(self):
        (self.root / schema.FOLDER / 'tool.json').write_text('[]', encoding='utf-8')
        done = self.protocol('--check')
        self.assertEqual(done.returncode, 1)
        self.assertIn('tool.json: is not an object', done.stderr)


if __name__ == '__main__':
    unittest.main()
