"""Names say what a thing is for."""

import re

from . import rule
from .tree import CPP, line_of, words_of

BANNED = {word + plural for word in ('manager', 'helper', 'util', 'common', 'misc') for plural in ('', 's')}
# Names of other people's interfaces.
FOREIGN = {'common_type', 'common_type_t', 'common_reference', 'common_reference_t'}
_IDENTIFIER = re.compile(r'\b[A-Za-z_]\w*\b')


@rule('no file, folder or identifier is called manager, helper, util, common or misc')
def vague_name(tree):
    for path in tree.files:
        bad = BANNED.intersection(words_of(path))
        if bad:
            yield path, 0, f'"{bad.pop()}" in the path says nothing about what is in it'
    for path in tree.select('kernel', 'plugins', 'plugin-sdk', 'tests', 'tools', suffixes=CPP):
        code = tree.code(path)
        for match in _IDENTIFIER.finditer(code):
            if match.group() not in FOREIGN and BANNED.intersection(words_of(match.group())):
                yield path, line_of(code, match.start()), f'{match.group()}: say what it is for'
