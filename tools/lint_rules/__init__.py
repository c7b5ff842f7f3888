"""The rules of tools/lint. Each is one function: it takes the tree and yields (path, line, what is wrong)."""

import dataclasses
import typing

from .tree import Finding


@dataclasses.dataclass(frozen=True)
class Rule:
    name: str
    description: str
    check: typing.Callable
    warning: bool = False
    slow: bool = False


RULES: dict[str, Rule] = {}


def rule(description, warning=False, slow=False):
    """Registers a check under the name of its function."""
    def register(check):
        RULES[check.__name__] = Rule(check.__name__, description, check, warning, slow)
        return check
    return register


def run(tree, names, exceptions=()):
    """The findings of the named rules. An exception that nothing needs any more is a finding itself."""
    findings, used = [], set()
    allowed = {(entry.rule, entry.path): entry for entry in exceptions}
    for name in names:
        chosen = RULES[name]
        for path, line, text in chosen.check(tree):
            if (name, path) in allowed:
                used.add((name, path))
            else:
                findings.append(Finding(path, line, name, text, chosen.warning))
    for key, entry in allowed.items():
        if key[0] in names and key not in used:
            findings.append(Finding(entry.path, 0, entry.rule, 'the exception for this file is no longer needed: '
                                    'remove it from tools/lint_rules/exceptions.py'))
    return sorted(findings)


# At the end: the modules register their rules when they are loaded.
from . import bans, coroutines, documents, folders, headers, names, sdk, sizes, state, words  # noqa: E402,F401
