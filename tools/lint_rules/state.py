"""No state outside objects."""

import re

from . import cpp, rule
from .tree import line_of

_LOCAL = re.compile(r'\b(?:static|thread_local)\s+(?P<rest>[^;(){}=]*)(?P<end>[;={(])')
_NOT_A_VARIABLE = re.compile(
    r'^(?:using|typedef|namespace|template|extern|friend|static_assert|class|struct|enum|union|public|private|return)\b')
_VARIABLE = re.compile(r'^[\w:<>,&*\s\[\]]*[\w>&*\]]\s+[&*]?\w+(?:\[[^\]]*\])*\s*(?:=|\{|$)')


@rule('no mutable variable outlives its function: no static, thread_local or namespace-scope state')
def mutable_global(tree):
    for path in tree.select('kernel', 'plugins', 'plugin-sdk', suffixes=('.cpp', '.hpp')):
        code = cpp.without_preprocessor(tree.code(path))
        for match in _LOCAL.finditer(code):
            if match['end'] != '(' and not re.search(r'\bconst(?:expr)?\b', match['rest']):
                yield path, line_of(code, match.start()), f'static {match["rest"].strip()}: make it a member or a parameter'
        for start, text in cpp.statements_outside_functions(tree.code(path), tree.blocks(path)):
            declaration = text.split('=')[0]
            if _NOT_A_VARIABLE.match(text) or re.search(r'\b(?:const(?:expr)?|static|thread_local)\b|\(', declaration):
                continue
            if _VARIABLE.match(text):
                yield path, line_of(code, start), f'{declaration.strip()}: make it a member, a parameter or a constant'
