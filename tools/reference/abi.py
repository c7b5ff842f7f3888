"""The interfaces of the plugin ABI, from its headers: lint holds them to the grammar that is read here."""

import dataclasses
import json
import re

import abi_release

from .markdown import code, sentence, table

MANIFEST_SCHEMA = 'manifests/schema/chela.plugin.schema.json'
CORE = 'chela/abi.h'
_INTERFACE = re.compile(r'/\* (?P<id>chela\.(?P<kind>\w+)/\d+)(?P<host>, a host service)?: (?P<says>.*?)'
                        r' State: (?P<state>\w+) since (?P<since>\d+\.\d+)')
_KINDS = re.compile(r'The kinds: (?P<kinds>\w+(?:, \w+)*)\.')  # of an interface that carries several
_STRUCT = re.compile(r'^typedef struct (\w+) \{\n(.*?)^\} \1;', re.MULTILINE | re.DOTALL)
_FUNCTION = re.compile(r'/\*(?P<comment>(?:(?!\*/).)*)\[(?P<thread>[a-z-]+)(?: & (?P<state>\w+))?\]\s*\*/'
                       r'\s*[^;/]*?\(\*(?P<name>\w+)\)\(', re.DOTALL)
_POINTER = re.compile(r'\(\*(\w+)\)\(')
INTRODUCTION = '''# Capabilities and interfaces

A plugin's manifest declares capabilities, `kind/id`. A kind is carried by an interface of the C ABI, which is a header
of `plugin-sdk/include`; host services are the way back, from a plugin to the gateway. How to write a plugin:
[plugin-sdk](../../plugin-sdk/README.md).

*Stable* interfaces keep their layout for as long as their revision lives. *Drafts* are published to be judged and may
still change: no plugin that others are to install should need one.
'''
THREADS = '''## Threads

Each function says where it is called, and in which state of the plugin:

- `loop`: never two at once for one plugin instance; returns within a few milliseconds;
- `worker`: on a thread of the host's pool, several at once; may block;
- `any-thread`: any thread, any time in the life of the object.

*Since* is the version of the ABI in which the function came: a reader asks `CHELA_HAS` before it calls one that came
later than 1.0.
'''


@dataclasses.dataclass(frozen=True)
class Function:
    struct: str
    name: str
    thread: str
    state: str
    says: str


def functions(text):
    found = []
    for struct in _STRUCT.finditer(text):
        for match in _FUNCTION.finditer(struct.group(2)):
            comment = ' '.join(re.sub(r'\n\s*\*', ' ', match['comment']).split())
            found.append(Function(struct.group(1), match['name'], match['thread'], match['state'] or '', comment))
    unread = set(_POINTER.findall(text)) - {function.name for function in found}
    if unread:
        raise SystemExit(f'{unread.pop()}: no thread tag at the end of the comment above it')
    return found


def _in_one_line(text):
    return ' '.join(re.sub(r'\n ?\*(?!/)', ' ', text).split())


def interface_of(text):
    return _INTERFACE.search(_in_one_line(text))


def kinds_of(text):
    """The kinds of capabilities that an interface of plugins carries: those that it lists, or the one of its name."""
    listed = _KINDS.search(_in_one_line(text))
    return listed['kinds'].split(', ') if listed else [interface_of(text)['kind']]


def first_versions(root):
    """{(struct, function): the release in which it came}"""
    since = {}
    for version in abi_release.releases(root):
        for path in sorted((abi_release.folder_of(root, version) / 'include').rglob('*.h')):
            for function in functions(abi_release.read(path)):
                since.setdefault((function.struct, function.name), f'{version[0]}.{version[1]}')
    return since


def headers(root):
    """{path below include/: text}, the core first, drafts last."""
    include = root / abi_release.HEADERS
    paths = sorted((str(path.relative_to(include)) for path in include.rglob('*.h')),
                   key=lambda path: (path != CORE, '/draft/' in path, path))
    return {path: abi_release.read(include / path) for path in paths}


def link_to(path):
    return f'[{path}](../../{abi_release.HEADERS}/{path})'


def kinds_table(root, interfaces, texts):
    schema = json.loads((root / MANIFEST_SCHEMA).read_text(encoding='utf-8'))
    carried = {kind: found for path, found in interfaces.items() if not found['host'] for kind in kinds_of(texts[path])}
    kinds = schema['properties']['provides']['items']['properties']['kind']['enum']
    none = {'id': '', 'state': 'none yet'}
    rows = [[code(kind), code(carried.get(kind, none)['id']), carried.get(kind, none)['state']] for kind in kinds]
    return table(['Kind', 'Interface', 'State'], rows)


def thread_table(text, state, since):
    return table(['Function', 'Thread', 'State', 'Since', 'Does'], [
        [code(f'{function.struct}.{function.name}'), function.thread, function.state,
         since.get((function.struct, function.name), 'draft' if state == 'draft' else 'unreleased'), function.says]
        for function in functions(text)])


def capabilities(_, root):
    texts, since = headers(root), first_versions(root)
    interfaces = {path: interface_of(text) for path, text in texts.items() if path != CORE}
    missing = [path for path, found in interfaces.items() if not found]
    if missing:
        raise SystemExit(f'{missing[0]}: its first comment does not say `chela.name/1: … State: stable since 1.0.`')
    rows = [[code(found['id']), 'host service' if found['host'] else 'of the plugin',
             f'{found["state"]} since {found["since"]}', link_to(path), sentence(found['says'])]
            for path, found in interfaces.items()]
    chapters = [f'### {found["id"]}\n\n{thread_table(texts[path], found["state"], since)}'
                for path, found in interfaces.items()]
    return '\n'.join([
        INTRODUCTION,
        '## Kinds of capabilities\n\n' + kinds_table(root, interfaces, texts),
        '## Interfaces\n\n' + table(['Interface', 'Whose', 'State', 'Header', 'For'], rows),
        THREADS,
        f'### The core\n\nTwo objects and a door, {link_to(CORE)}.\n\n' + thread_table(texts[CORE], 'stable', since),
        *chapters,
    ])
