"""Documents point at what exists."""

import posixpath
import re

from . import rule
from .tree import line_of

_LINK = re.compile(r'(?<!\\)\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)')
_HEADING = re.compile(r'^#{1,6}\s+(.*?)\s*#*$', re.MULTILINE)
_FENCE = re.compile(r'^(```|~~~).*?^\1', re.MULTILINE | re.DOTALL)


def anchor_of(heading):
    """The fragment that a Markdown viewer gives to a heading."""
    text = re.sub(r'`|\*|\[([^\]]*)\]\([^)]*\)', r'\1', heading).lower()
    return re.sub(r'[^\w\- ]', '', text).replace(' ', '-')


def _prose(text):
    """Without code, in which brackets mean something else; the lines stay."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match.group())
    return re.sub(r'`[^`\n]*`', blank, _FENCE.sub(blank, text))


INDEX = 'docs/README.md'


@rule('docs/README.md leads to every document below docs/')
def document_index(tree):
    text = _prose(tree.text(INDEX))
    linked = {posixpath.normpath(posixpath.join('docs', target.partition('#')[0])) for target in _LINK.findall(text)}
    for path in tree.select('docs', suffixes=('.md',)):
        if path != INDEX and path not in linked:
            yield path, 0, f'{INDEX} has no line for it'


@rule('links in Markdown lead to a file of the tree and, with a fragment, to a heading in it')
def markdown_link(tree):
    folders = {posixpath.dirname(path) for path in tree.files}
    for folder in list(folders):
        while folder := posixpath.dirname(folder):
            folders.add(folder)
    for path in tree.select(suffixes=('.md',)):
        text = _prose(tree.text(path))
        for match in _LINK.finditer(text):
            target, _, fragment = match.group(1).partition('#')
            if re.match(r'[a-z][a-z0-9+.-]*:', target):
                continue
            full = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            if full not in tree.files and full not in folders and full != '.':
                yield path, line_of(text, match.start()), f'{target} does not exist'
            elif fragment and full.endswith('.md'):
                anchors = {anchor_of(heading) for heading in _HEADING.findall(_FENCE.sub('', tree.text(full)))}
                if fragment not in anchors:
                    yield path, line_of(text, match.start()), f'{full} has no heading #{fragment}'
