"""Which published plugins run here: one record per plugin in manifests/compat, each proven by a test."""

import json

from .markdown import code, table

RECORDS = 'manifests/compat'
HEAD = '''# Compatibility

Plugins as their authors published them, unchanged, at the named versions. "works" says that a test drives the plugin's main function
against a stand-in of its service; "starts" that it loads and registers, and no more was tried. The class says what it needs of upstream's SDK:
N nothing, S what Chela's own package `openclaw` has, R the real package.
'''


def compatibility(_, root):
    records = [json.loads(path.read_text(encoding='utf-8')) for path in sorted((root / RECORDS).glob('*.json'))]
    rows = [[code(row['plugin']), row['version'], row['kind'], row['class'], row['result'], '; '.join(row['exercised']),
             row.get('limits', '')] for row in sorted(records, key=lambda row: row['plugin'])]
    return f"{HEAD}\n{table(['Plugin', 'Version', 'Kind', 'SDK', 'Result', 'Exercised', 'Not tried'], rows)}"
