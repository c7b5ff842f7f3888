"""Files and functions stay small. What was too long before the rule may only shrink (ratchet.json)."""

import ast
import json

from . import cpp, rule
from .tree import CPP, line_of

FILE_LINES_WARN = 400
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
RATCHET = 'tools/lint_rules/ratchet.json'
SUFFIXES = (*CPP, '.py', '.mjs', '.js', '.ts', '.tsx', '.css', '.cmake')


def _sources(tree):
    return (path for path in tree.files if path.endswith(SUFFIXES) or tree.is_script(path))


def file_lengths(tree):
    for path in _sources(tree):
        yield path, tree.text(path).count('\n')


def _python_functions(text):
    try:
        parsed = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(parsed):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def function_lengths(tree):
    """(path, line, name, lines) of each function in C, C++ and Python."""
    for path in _sources(tree):
        text = tree.text(path)
        if path.endswith('.py') or (tree.is_script(path) and 'python' in text.partition('\n')[0]):
            for name, line, lines in _python_functions(text):
                yield path, line, name, lines
        elif path.endswith(CPP):
            for block in tree.blocks(path):
                if block.kind == 'function':
                    first, last = line_of(text, block.head_start), line_of(text, block.close)
                    yield path, first, cpp.function_name(block.head), last - first + 1


def too_long(tree):
    """{key: (path, line, lines)} of everything over its limit; the key is the path, or path:function."""
    found = {path: (path, 0, lines) for path, lines in file_lengths(tree) if lines > FILE_LINES_MAX}
    for path, line, name, lines in function_lengths(tree):
        key = f'{path}:{name}'
        if lines > FUNCTION_LINES_MAX and lines > found.get(key, (0, 0, 0))[2]:
            found[key] = (path, line, lines)
    return found


def ratchet_of(tree):
    return json.loads(tree.text(RATCHET) or '{}')


@rule('a file has at most 600 lines and a function 70; the exceptions in ratchet.json may only shrink')
def length(tree):
    allowed, found = ratchet_of(tree), too_long(tree)
    for key, (path, line, lines) in found.items():
        limit = FILE_LINES_MAX if key == path else FUNCTION_LINES_MAX
        what = 'the file' if key == path else f'the function {key.rpartition(":")[2]}'
        if key not in allowed:
            yield path, line, f'{what} has {lines} lines, the limit is {limit}'
        elif lines > allowed[key]:
            yield path, line, f'{what} has grown from {allowed[key]} to {lines} lines; it may only shrink'
        elif lines < allowed[key]:
            yield path, line, f'{what} has shrunk to {lines} lines: lower its number in {RATCHET}'
    for key in allowed:
        if key not in found:
            yield RATCHET, 0, f'{key} is within its limit now: remove it here'


@rule('a file of more than 400 lines is a lot', warning=True)
def long_file(tree):
    for path, lines in file_lengths(tree):
        if FILE_LINES_WARN < lines <= FILE_LINES_MAX:
            yield path, 0, f'{lines} lines'
