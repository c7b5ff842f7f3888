"""The C ABI: its thread tags, and that it compiles everywhere."""

import re

import abi_release

from . import rule
from .cache import cached_compile
from .tree import line_of

ABI = 'plugin-sdk/include'
# created -> configured -> started -> stopped -> destroyed, as abi.h says.
_TAG = re.compile(r'\[(?:loop|any-thread|worker)(?: & (?:created|configured|started|stopped))?\]')
_ANY_TAG = re.compile(r'(?<!\w)\[[a-z][^\]\n]*\]')
_POINTER = re.compile(r'\(\s*\*\s*(?:const\s+)?(\w+)\s*\)\s*\(')
_COMMENT = re.compile(r'(?P<text>/\*(?:(?!\*/).)*\*/|(?://[^\n]*\n\s*)+)\s*$', re.DOTALL)


@rule('each function pointer of the ABI ends its comment with one tag: [loop|any-thread|worker], optionally & state')
def thread_tag(tree):
    for path in tree.select(ABI, suffixes=('.h',)):
        text, code = tree.text(path), tree.code(path)
        for match in _POINTER.finditer(code):
            start = max(code.rfind(char, 0, match.start()) for char in ';{}') + 1
            declaration = start + len(code[start:]) - len(code[start:].lstrip())
            line = line_of(text, match.start())
            comment = _COMMENT.search(text[:declaration])
            if not comment:
                yield path, line, f'{match.group(1)} has no comment with a thread tag above it'
                continue
            body = re.sub(r'\s*\*/\s*$', '', comment['text']).rstrip()
            tags = _ANY_TAG.findall(body)
            if len(tags) != 1:
                yield path, line, f'{match.group(1)} has {len(tags)} thread tags, it needs one'
            elif not _TAG.fullmatch(tags[0]):
                yield path, line, f'{tags[0]} of {match.group(1)}: [loop|any-thread|worker], optionally & created|configured|started|stopped'
            elif not body.endswith(tags[0]):
                yield path, line, f'{tags[0]} is the last thing in the comment of {match.group(1)}'


CORE_LINES_MAX = 150
INTERFACE_LINES_MAX = 100


@rule('the core of the ABI has at most 150 lines, each interface 100')
def abi_size(tree):
    for path in tree.select(ABI, suffixes=('.h',)):
        lines, limit = tree.text(path).count('\n'), INTERFACE_LINES_MAX if '/ext/' in path else CORE_LINES_MAX
        if lines > limit:
            yield path, 0, f'{lines} lines, the limit is {limit}'


WARNINGS = ['-fsyntax-only', '-Wall', '-Wextra', '-pedantic', '-Werror']
COMPILERS = [('gcc', 'c11', 'c'), ('g++', 'c++17', 'c++'), ('clang-19', 'c11', 'c'), ('clang++-19', 'c++17', 'c++')]


@rule('each header of the ABI compiles alone as C11 and C++17, with gcc and clang, without a warning', slow=True)
def abi_compiles(tree):
    jobs = [(path, [compiler, f'-std={standard}', *WARNINGS, f'-I{ABI}', '-x', language])
            for path in tree.select(ABI, suffixes=('.h',)) for compiler, standard, language in COMPILERS]
    return cached_compile(tree, jobs)


@rule('the headers of the ABI are those of its newest release, and no release was changed (tools/abi)')
def abi_released(tree):
    for path, text in abi_release.unreleased(tree.root) + abi_release.altered(tree.root):
        yield path, 0, text
