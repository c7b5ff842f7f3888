"""The forms of co_await that compilers get right and readers see."""

import re

from . import cpp, rule
from .tree import line_of

_BEFORE = re.compile(
    r'^(?:|co_return\s|\(void\)|[\w:<>,&*\s\[\]]+?[&*\s][&*]?\w+\s*=\s|[\w.\->\[\]*]+\s*=\s'
    r'|CHELA_CO_TRY\([^()]*,\s*|CHELA_CO_CHECK\()\s*$')
# What may stand in front of a statement without being part of it.
_CONTROL = re.compile(r'^(?:(?:else\s+)?(?:if|while)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|else|(?:case\s+[\w:]+?|default)\s*:(?!:))\s+')
_CO = re.compile(r'\bco_(?:await|return|yield)\b')
_LAMBDA = re.compile(r'\[([^\[\]]*)\]\s*(?:<[^<>]*>\s*)?(?=[({])')


def _expression_end(code, at):
    """The end of `f<T>(a).b(c)` or `std::move(x)` that starts at `at`."""
    name = re.compile(r'\s*(?:[\w:]+|\.|->|\*)')
    while at < len(code):
        if match := name.match(code, at):
            at = match.end()
        elif code[at] == '(' or code[at] == '[':
            at = cpp.matching(code, at)
        elif code[at] == '<' and re.match(r'<[\w:<>,\s&*()]*>\s*\(', code[at:at + 300]):
            at = cpp.matching(code, at)
        else:
            break
    return at


@rule('co_await stands alone in its statement: `auto x = co_await f(a);` and its like')
def co_await_alone(tree):
    for path in tree.select('kernel', 'plugins', 'tools', 'tests', suffixes=('.cpp', '.hpp')):
        code = cpp.without_preprocessor(tree.code(path))
        for match in re.finditer(r'\bco_await\b', code):
            start = max(code.rfind(char, 0, match.start()) for char in ';{}') + 1
            before = code[start:match.start()].lstrip()
            if before.rstrip().endswith('operator'):
                continue
            before = _CONTROL.sub('', before)
            closing = ')' if before.startswith('CHELA_CO_') else ''
            end = _expression_end(code, match.end())
            if not _BEFORE.match(before) or not re.match(rf'\s*{re.escape(closing)}\s*;', code[end:end + 80]):
                yield path, line_of(code, match.start()), 'co_await stands alone: name what comes before and after it'


@rule('a coroutine lambda captures nothing: its captures die with the lambda, not with the frame')
def capturing_coroutine(tree):
    for path in tree.select('kernel', 'plugins', 'tools', 'tests', suffixes=('.cpp', '.hpp')):
        code = cpp.without_preprocessor(tree.code(path))
        bodies = list(_lambda_bodies(code))
        reported = set()
        for match in _CO.finditer(code):
            around = [body for body in bodies if body[1] < match.start() < body[2]]
            if not around:
                continue
            captures, start, _ = max(around, key=lambda body: body[1])
            if captures.strip() and start not in reported:
                reported.add(start)
                yield path, line_of(code, start), f'[{captures.strip()}]: pass these as parameters'


def _lambda_bodies(code):
    """(captures, start, end) of each lambda's body."""
    for match in _LAMBDA.finditer(code):
        if re.search(r'[\w)\]]$', code[:match.start()][-1:]):
            continue  # an index
        at = match.end()
        if code[at] == '(':
            at = cpp.matching(code, at)
        tail = re.match(r'[^;{}()]*(?:\([^()]*\)[^;{}()]*)*', code[at:at + 300])
        at += tail.end()
        if at < len(code) and code[at] == '{':
            yield match.group(1), at, cpp.matching(code, at)
