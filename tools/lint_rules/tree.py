"""The files that the rules look at, read once."""

import dataclasses
import functools
import pathlib
import subprocess

from . import cpp

CPP = ('.cpp', '.hpp', '.h', '.c')
HEADERS = ('.hpp', '.h')


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int  # 0: the file as a whole
    rule: str
    text: str
    warning: bool = False

    def __str__(self):
        place = f'{self.path}:{self.line}' if self.line else self.path
        return f'{place}: {"warning: " if self.warning else ""}{self.text} [{self.rule}]'


class Tree:
    """A source tree: paths relative to `root`, with forward slashes. `files` defaults to what git tracks or would."""

    def __init__(self, root, files=None):
        self.root = pathlib.Path(root)
        self.files = sorted(files) if files is not None else self._from_git()

    def _from_git(self):
        listing = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                                 cwd=self.root, capture_output=True, check=True).stdout.decode()
        return sorted({path for path in listing.split('\0') if path and (self.root / path).is_file()})

    def select(self, *folders, suffixes=()):
        """The files below any of `folders` (all without one) that end in one of `suffixes` (any without one)."""
        for path in self.files:
            if folders and not any(path == folder or path.startswith(folder + '/') for folder in folders):
                continue
            if not suffixes or path.endswith(tuple(suffixes)):
                yield path

    @functools.cache
    def text(self, path):
        """The file's text; empty for one that is not UTF-8."""
        try:
            return (self.root / path).read_text(encoding='utf-8')
        except (UnicodeDecodeError, FileNotFoundError):
            return ''

    @functools.cache
    def code(self, path):
        """C or C++ without comments and without the inside of literals; every line stays where it was."""
        return cpp.strip(self.text(path))

    @functools.cache
    def blocks(self, path):
        return cpp.blocks(self.code(path))

    def is_script(self, path):
        return self.text(path).startswith('#!')


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


def words_of(identifier):
    """`readHttpURL_max` -> read, http, url, max."""
    return [word.lower() for word in cpp.WORD.findall(identifier)]
