"""Codes: of errors, of closings and exits, of diagnostics."""

import json

from .markdown import code, table

ERRORS = '''# Errors

An error is a code and a text that says what was being done and what went wrong. Over HTTP it is
`{"error":{"code","message"}}`, on `/v1/*` the error object of the OpenAI API with the same code; over a WebSocket it is
an [event](../protocol.md#events-of-a-turn); from a plugin it is a status of the ABI and a text. What is wrong with a
plugin or a configuration has [codes of its own](diagnostics.md).

## Codes
'''
DIAGNOSTICS = '''# Diagnostics

What is found to be wrong before or while the gateway runs, each with a stable code. Where they are shown:
`chela config validate`, `chela doctor`, `chela plugins list`, `chela plugins check`, `/doctor` of a running gateway, and
the log.
'''
NODE_TABLE = 'bridge-node/diagnostics.json'
NODE = '''## Of plugins for Node

On top of those above, from the host of plugins that were written for Node.
'''
CHECK = '''## Of the conformance kit

What `chela plugins check FILE.so` proves of a plugin. A case that does not pass is the plugin's author's to mend.
'''


def errors(facts, _):
    known = facts['errors']
    names = {row['value']: row['name'] for row in known['statuses']}
    rows = [[code(row['name']), row['meaning'], row['http'], code(names[row['status']])] for row in known['codes']]
    statuses = [[code(row['name']), row['value'], code(row['error']) or 'success'] for row in known['statuses']]
    closings = [[row['code'], code(row['name']), row['meaning']] for row in known['closeCodes']]
    exits = [[row['code'], row['meaning']] for row in known['exitCodes']]
    return '\n'.join([
        ERRORS,
        table(['Code', 'Means', 'HTTP', 'ABI'], rows),
        '## Statuses of the plugin ABI\n\n' + table(['Status', 'Value', 'Becomes'], statuses),
        '## WebSocket close codes\n\n' + table(['Code', 'Name', 'Means'], closings),
        '## Exit codes\n\nOf `chela` and its commands; every error of the table above ends a command with 1.\n\n'
        + table(['Code', 'Means'], exits),
    ])


def diagnostics(facts, root):
    known = facts['diagnostics']
    head = ['Code', 'Means', 'What to do']

    def rows(chapter):
        return [[code(row['name']), row['meaning'], row['remedy']] for row in known[chapter]]

    of_node = [[code(name), row['meaning'], row['remedy']]
               for name, row in json.loads((root / NODE_TABLE).read_text(encoding='utf-8')).items()]
    return '\n'.join([
        DIAGNOSTICS,
        '## Of plugins\n\n' + table(head, rows('plugins')),
        NODE + '\n' + table(head, of_node),
        '## Of the configuration\n\n' + table(head, rows('configuration')),
        '## Of `chela doctor`\n\n' + table(['Check', 'Looks', 'What to do'], rows('doctor')),
        CHECK + '\n' + table(['Case', 'Proves'], [[code(row['name']), row['meaning']] for row in known['conformance']]),
    ])
