"""The command line."""

import re

from .markdown import code, sentence, table

INTRODUCTION = '''# Commands

Every command and option. How they are used: [the command line](../command-line.md). Each command has `--help`; what its
end says: [exit codes](errors.md#exit-codes).
'''
VALUES = {'TEXT': 'TEXT', 'INT': 'N', 'UINT': 'N', 'FLOAT': 'N'}


def value_of(option):
    """What follows an option: `N`, `TEXT`, or the words that may stand there."""
    kind, _, choices = option['value'].partition(':')
    words = re.fullmatch(r'\{(.*)\}', choices)
    return words.group(1).replace(',', '|') if words else VALUES.get(kind, kind)


def synopsis(path, command):
    parts = [path]
    for option in command['options']:
        if option['positional']:
            name = option['names'][0].upper()
            parts.append(name if option['required'] else f'[{name}]')
    if any(not option['positional'] for option in command['options']):
        parts.append('[OPTIONS]')
    if command['commands']:
        parts.append('COMMAND')
    return ' '.join(parts)


def option_row(option):
    names, value = option['names'], value_of(option)
    shown = names[0].upper() if option['positional'] else ', '.join(names) + (f' {value}' if value else '')
    text = option['description']
    if option['positional'] and '|' in value:
        text += f' ({value.replace("|", ", ")})'
    if option['repeats'] and 'more than once' not in text:
        text += '; may be given more than once'
    if option['default']:
        text += f' (default: {option["default"]})'
    return [code(shown), text]


def sections(path, command):
    if not command['commands'] or command['options']:
        rows = [option_row(option) for option in command['options']]
        yield (f'## {path}\n\n{sentence(command["description"])}\n\n```text\n{synopsis(path, command)}\n```\n'
               + ('\n' + table(['Option', 'For'], rows) if rows else ''))
    for below in command['commands']:
        yield from sections(f'{path} {below["name"]}', below)


def overview(path, command):
    for below in command['commands']:
        name = f'{path} {below["name"]}'
        if below['commands']:
            yield from overview(name, below)
        else:
            yield [f'[`{name}`](#{name.replace(" ", "-")})', below['description']]


def command_line(facts, _):
    program = facts['commands']
    return '\n'.join([INTRODUCTION, table(['Command', 'Does'], overview(program['name'], program)),
                      *sections(program['name'], program)])
