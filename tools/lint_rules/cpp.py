"""Just enough C++ to find comments, functions, statements and lambdas. Not a parser: the tree is clang-formatted."""

import dataclasses
import re

WORD = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+')

_TOKEN = re.compile(
    r'(?P<comment>//[^\n]*|/\*.*?\*/)'
    r'|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'", re.DOTALL)

_TEMPLATE = re.compile(r'\btemplate\s*<')
_CONTROL = re.compile(r'^(?:if|for|while|switch|do|else|try|catch)\b')


def _blank(text):
    return re.sub(r'[^\n]', ' ', text)


def strip(text):
    """Comments become spaces; literals keep their quotes and lose their inside. Offsets and lines stay."""
    def replace(match):
        token = match.group()
        if match.group('comment'):
            return _blank(token)
        return token[0] + _blank(token[1:-1]) + token[-1]
    return _TOKEN.sub(replace, text)


def without_preprocessor(code):
    return re.sub(r'^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', lambda match: _blank(match.group()), code,
                  flags=re.MULTILINE | re.DOTALL)


@dataclasses.dataclass
class Block:
    kind: str  # 'namespace', 'type', 'function', 'init' (of a variable or member), 'inner' (anything in a function)
    head: str
    head_start: int
    open: int
    close: int
    parent: int  # index in the list, -1 at the top


def _without_template(head):
    while match := _TEMPLATE.search(head):
        depth, end = 1, match.end()
        while end < len(head) and depth:
            depth += {'<': 1, '>': -1}.get(head[end], 0)
            end += 1
        head = head[:match.start()] + head[end:]
    return re.sub(r'\[\[.*?\]\]|\balignas\s*\([^)]*\)', '', head).strip()


def _kind_of(head, before, inside_function):
    if inside_function:
        return 'inner'
    if before and (before.isalnum() or before in '_>'):
        return 'init'
    head = _without_template(head)
    if re.search(r'\bnamespace\b', head) or re.match(r'extern\s*""', head) or re.match(r'extern\s*"\s*"', head):
        return 'namespace'
    if re.match(r'(?:typedef\s+)?(?:class|struct|union|enum)\b', head) and not re.search(r'\)\s*(?:const)?$', head):
        return 'type'
    if '(' in head and not _CONTROL.match(head):
        return 'function'
    return 'init'


def blocks(code):
    """Every {...} with what it is, in the order of their opening braces."""
    code = without_preprocessor(code)
    found, stack, starts = [], [], [0]
    for match in re.finditer(r'[{};]', code):
        at, char = match.start(), match.group()
        if char == '{':
            inside = any(found[index].kind in ('function', 'inner') for index in stack)
            before = code[at - 1] if at else ''
            head = code[starts[-1]:at]
            lead = len(head) - len(head.lstrip())
            found.append(Block(_kind_of(head.strip(), before, inside), head.strip(), starts[-1] + lead, at, len(code),
                               stack[-1] if stack else -1))
            stack.append(len(found) - 1)
            starts.append(at + 1)
        elif char == '}':
            if not stack:
                continue
            block = found[stack.pop()]
            block.close = at
            starts.pop()
            if block.kind != 'init':
                starts[-1] = at + 1
        else:
            starts[-1] = at + 1
    return found


def function_name(head):
    """The name in front of the first parenthesis; a macro's argument list for TEST(Suite, Case)."""
    head = _without_template(head)
    match = re.search(r'([\w~]+|operator\s*\S+?)\s*\(([^()]*)', head)
    if not match:
        return '?'
    if match.group(1).startswith('TEST') or match.group(1).startswith('BENCHMARK'):
        return '.'.join(part.strip() for part in match.group(2).split(','))
    return match.group(1)


def matching(code, at):
    """The offset after the bracket that closes the one at `at`; the end of the code when there is none."""
    pairs = {'(': ')', '[': ']', '{': '}', '<': '>'}
    opening, closing = code[at], pairs[code[at]]
    depth = 0
    for offset in range(at, len(code)):
        if code[offset] == opening:
            depth += 1
        elif code[offset] == closing:
            depth -= 1
            if not depth:
                return offset + 1
    return len(code)


def statements_outside_functions(code, found):
    """(offset, text) of each statement that stands in a namespace."""
    code = without_preprocessor(code)
    hidden = bytearray(len(code))
    for block in found:
        if block.kind in ('function', 'type') and (block.parent < 0 or found[block.parent].kind == 'namespace'):
            start = block.head_start if block.kind == 'function' else block.open
            hidden[start:block.close + 1] = b'\1' * (block.close + 1 - start)
        if block.kind == 'namespace':
            hidden[block.head_start:block.open + 1] = b'\1' * (block.open + 1 - block.head_start)
            hidden[block.close:block.close + 1] = b'\1'
    start, depth = None, 0
    for at, char in enumerate(code):
        if hidden[at]:
            if code[at - 1:at] != '' and not hidden[at - 1] and start is not None and char == '{':
                continue
            continue
        if start is None:
            if char.isspace() or char == ';':
                continue
            start = at
        depth += {'{': 1, '}': -1}.get(char, 0)
        if char == ';' and depth == 0:
            yield start, ''.join(' ' if hidden[i] else code[i] for i in range(start, at))
            start = None
