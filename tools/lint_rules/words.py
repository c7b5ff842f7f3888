"""Each room speaks of its own things: the microkernel not of agents, the kernel not of plugins, nobody of our machines."""

import json
import re

from . import rule
from .tree import line_of, words_of

SOURCES = ('.cpp', '.hpp', '.h', '.c', '.md', '.txt', '.json', '.cmake')
AGENT_WORDS = {word + plural for word in ('session', 'model', 'chat') for plural in ('', 's')}
_PHRASES = re.compile(r'\b(?:memory|object|security|threat|thread(?:ing)?) models?\b', re.IGNORECASE)


def _without_phrases(text):
    return _PHRASES.sub(lambda match: ' ' * len(match.group()), text)


@rule('kernel/core knows nothing of agents: no word session, model or chat in its code and comments')
def agent_word_in_core(tree):
    for path in tree.select('kernel/core', suffixes=SOURCES):
        bad = AGENT_WORDS.intersection(words_of(path))
        if bad:
            yield path, 0, f'"{bad.pop()}" in the path: it is in the wrong room'
        text = _without_phrases(tree.text(path))
        for number, line in enumerate(text.split('\n'), 1):
            found = sorted(AGENT_WORDS.intersection(words_of(line)))
            if found:
                yield path, number, f'"{found[0]}": what the runtime does is not core\'s business'


# Ids that are ordinary words, too: only their folders and symbols are looked for.
ORDINARY_IDS = {'time', 'files', 'demo'}


def plugin_ids(tree):
    """{id: folder} from the manifests."""
    ids = {}
    for path in tree.select('plugins'):
        if path.endswith('/chela.plugin.json'):
            try:
                ids[json.loads(tree.text(path))['id']] = path.rsplit('/', 1)[0]
            except (ValueError, KeyError, TypeError):
                continue
    return ids


@rule('kernel/ names no plugin: no folder of one, and no id of one as a literal')
def plugin_name_in_kernel(tree):
    ids = plugin_ids(tree)
    if not ids:
        return
    names = '|'.join(re.escape(name) for name in ids)
    literals = '|'.join(re.escape(name) for name in ids if name not in ORDINARY_IDS) or '(?!)'
    folders = '|'.join(re.escape(folder) for folder in ids.values())
    pattern = re.compile(rf'"(?:{literals})"|\b(?:{folders})\b|\bchela_plugin_entry_(?:{names})\b')
    for path in tree.select('kernel', suffixes=('.cpp', '.hpp', '.h', '.txt')):
        text = tree.text(path)
        for match in pattern.finditer(text):
            yield path, line_of(text, match.start()), f'{match.group()}: ask the registry for the capability'


_MACHINE = re.compile(r'(?<![\w.~$}/-])/(?:work|root)(?:/[\w.-]+|(?=["\'`\s)]|$))|(?<![\w.~$}/-])/home/[\w.-]+')
_REGISTRY = re.compile(r'https?://[^\s"\'`<>)]*(?:artifactory|nexus|verdaccio|registry\.|/api/npm/|/simple\b)[^\s"\'`<>)]*'
                       r'|\bregistry\.npm' r'js\.org\b|\bfiles\.python' r'hosted\.org\b')


@rule('no path of a machine and no host of a package registry in a tracked file')
def machine_path(tree):
    for path in tree.files:
        text = tree.text(path)
        for pattern, say in ((_MACHINE, 'a path of one machine'), (_REGISTRY, 'a registry belongs into the environment')):
            for match in pattern.finditer(text):
                yield path, line_of(text, match.start()), f'{match.group()}: {say}'
