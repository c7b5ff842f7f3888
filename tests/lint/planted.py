"""Small trees with planted faults, and what a rule says about them."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'tools'))
import lint_rules  # noqa: E402
from lint_rules.tree import Tree  # noqa: E402


def findings(rule, files, exceptions=()):
    """What one rule finds in a tree of {path: text}."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding='utf-8')
        return lint_rules.run(Tree(root, files), [rule], exceptions)


def find(rule, files, exceptions=()):
    """The same as 'path:line'."""
    return [f'{finding.path}:{finding.line}' for finding in findings(rule, files, exceptions)]
