#!/usr/bin/env python3
"""Checks the folder of a skill: head, length, links, scripts. Needs nothing but Python."""

import argparse
import pathlib
import re
import sys

NAME = re.compile(r'[a-z0-9]+(?:-[a-z0-9]+)*')
KEYS = {'name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools'}
HOST_KEYS = {'homepage', 'user-invocable', 'disable-model-invocation', 'command-dispatch', 'command-tool', 'command-arg-mode'}
LINES_GOOD, LINES_MAX = 200, 500
INTERPRETERS = {'.py': 'python3', '.sh': 'sh', '.js': 'node', '.mjs': 'node'}


class Check:
    def __init__(self, folder):
        self.folder, self.errors, self.warnings = folder, [], []

    def run(self):
        file = self.folder / 'SKILL.md'
        if not file.is_file():
            names = sorted(one.name for one in self.folder.glob('*') if one.name.lower() in ('skill.md', 'skills.md'))
            self.errors.append(f'there is no SKILL.md{f" (rename {names[0]})" if names else ""}')
            return self
        text = file.read_text(encoding='utf-8', errors='replace').replace('\r\n', '\n')
        cut = re.match(r'---[ \t]*\n(.*?)(?:^|\n)---[ \t]*(?:\n|$)', text, re.DOTALL)
        if not cut:
            self.errors.append('it does not begin with a head between two lines of ---')
            return self
        self.head(cut[1])
        self.body(text[cut.end():])
        self.files()
        return self

    def head(self, block):
        fields = {match[1]: match[2].strip() for match in re.finditer(r'^([\w-]+):[ \t]*(.*)$', block, re.MULTILINE)}
        if '\t' in re.sub(r':\t', ': ', block):
            self.warnings.append('tabs in the head: YAML wants blanks')
        name = fields.get('name', '').strip('"\'')
        if not NAME.fullmatch(name) or len(name) > 64:
            self.errors.append(f'name "{name}": 1 to 64 lower-case letters, digits and single hyphens')
        elif name != self.folder.resolve().name:
            self.errors.append(f'name "{name}" differs from the folder "{self.folder.resolve().name}"')
        self.description(fields.get('description', ''), block)
        for key in sorted(set(fields) - KEYS - HOST_KEYS):
            self.warnings.append(f'key "{key}" means nothing in a SKILL.md; put it below metadata')
        if re.match(r'\{', fields.get('metadata', '')) and not fields['metadata'].endswith('}'):
            self.errors.append('metadata begins with { on its own line and goes on below: all requirements are lost')

    def description(self, text, block):
        if text in ('|', '>', '|-', '>-', ''):
            following = re.search(r'^description:.*\n((?:[ \t]+.*\n?)*)', block, re.MULTILINE)
            text = ' '.join(following[1].split()) if following else ''
        elif text[0] not in '"\'' and re.search(r': | #', text):
            self.errors.append('description holds ": " or " #": put it into quotes')
        text = text.strip('"\'')
        if not text or len(text) > 1024:
            self.errors.append(f'description has {len(text)} characters; 1 to 1,024 are allowed')
        if re.search('[<>]', text):
            self.errors.append('description holds < or >')
        if text and not re.search(r'\b(when|for|whenever|if)\b', text, re.IGNORECASE):
            self.warnings.append('description does not say when to use the skill')

    def body(self, body):
        lines = body.count('\n') + 1
        if not body.strip():
            self.errors.append('there are no instructions below the head')
        if lines > LINES_MAX:
            self.errors.append(f'{lines} lines; at most {LINES_MAX}')
        elif lines > LINES_GOOD:
            self.warnings.append(f'{lines} lines; better below {LINES_GOOD}, the rest in references/')
        prose = re.sub(r'^```.*?^```', '', body, flags=re.DOTALL | re.MULTILINE)
        for target in re.findall(r'\]\(([^)#\s]+)[^)]*\)', prose):
            if not re.match(r'[a-z]+:', target) and not self.inside(target):
                self.errors.append(f'link to {target}: there is no such file in the skill')
        for target in set(re.findall(r'(?<![\w/.-])(?:scripts|references|assets)/[\w./-]*\w', body)):
            if not self.inside(target):
                self.errors.append(f'{target} is named and is not there')

    def inside(self, target):
        root = self.folder.resolve()
        path = (root / target).resolve()
        return path.exists() and (path == root or root in path.parents)

    @staticmethod
    def is_named(path, texts):
        imported = path.suffix == '.py' and re.search(rf'^\s*(?:from|import) {re.escape(path.stem)}\b', texts, re.MULTILINE)
        return imported or path.name in texts or path.name in ('SKILL.md', 'LICENSE', 'LICENSE.txt')

    def files(self):
        text = (self.folder / 'SKILL.md').read_text(encoding='utf-8', errors='replace')
        others = ''.join(one.read_text(encoding='utf-8', errors='replace') for one in self.folder.rglob('*')
                         if one.suffix in ('.md', *INTERPRETERS) and one.name != 'SKILL.md')
        for path in sorted(self.folder.rglob('*')):
            name = path.relative_to(self.folder).as_posix()
            if path.is_symlink():
                self.errors.append(f'{name} is a link; packages have none')
            elif path.is_file() and not self.is_named(path, text + others):
                self.warnings.append(f'{name} is named nowhere: the model will not find it')
            elif path.suffix in INTERPRETERS and re.search(rf'(?<![\w/.-])(?:\./)?{re.escape(name)}', text):
                if not re.search(rf'{INTERPRETERS[path.suffix]}\S* [^\n`]*{re.escape(name)}', text):
                    self.warnings.append(f'{name}: name its interpreter ({INTERPRETERS[path.suffix]} {name}); packages keep no modes')


def main():
    parser = argparse.ArgumentParser(description='Checks folders of skills. Exit code 1: something is wrong; warnings do not count.')
    parser.add_argument('folders', nargs='+', type=pathlib.Path, metavar='FOLDER')
    parser.add_argument('--strict', action='store_true', help='warnings count as well')
    arguments = parser.parse_args()
    bad = False
    for folder in arguments.folders:
        check = Check(folder).run()
        for message in check.errors:
            print(f'{folder}: error: {message}')
        for message in check.warnings:
            print(f'{folder}: warning: {message}')
        if not check.errors and not check.warnings:
            print(f'{folder}: good')
        bad = bad or bool(check.errors) or (arguments.strict and bool(check.warnings))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
