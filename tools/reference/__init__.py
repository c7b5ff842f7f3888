"""The documents that are made from the code: one function each, from the facts (tools/facts) and the tree."""

import difflib

from . import abi, commands, compatibility, configuration, errors, routes

FOLDER = 'docs/generated'
BUNDLED = 'manifests/bundled.txt'
NOTICE = '<!-- Made by tools/docs from the tables of the code. A change here is undone: change the table. -->\n'
DOCUMENTS = {
    'capabilities.md': abi.capabilities,
    'command-line.md': commands.command_line,
    'compatibility.md': compatibility.compatibility,
    'configuration.md': configuration.configuration,
    'diagnostics.md': errors.diagnostics,
    'errors.md': errors.errors,
    'metrics.md': routes.metrics,
    'routes.md': routes.routes,
}
SHOWN_LINES_MAX = 12


def bundled_manifests(root):
    lines = (line.partition('#')[0].strip() for line in (root / BUNDLED).read_text(encoding='utf-8').split('\n'))
    return [str(root / 'plugins' / line / 'chela.plugin.json') for line in lines if line]


def documents(facts, root):
    """{file name: text}"""
    return {name: f'{NOTICE}\n{make(facts, root)}' for name, make in DOCUMENTS.items()}


def left_over(made, folder):
    """What was made here once, and is no more; other generators have documents in the same folder."""
    return sorted(path.name for path in folder.glob('*.md')
                  if path.name not in made and path.read_text(encoding='utf-8').startswith(NOTICE))


def write(made, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in left_over(made, folder):
        (folder / name).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding='utf-8')


def compare(made, folder):
    """What is not as it should be: one text per document, with the first lines that differ."""
    findings = [f'{FOLDER}/{name}: nothing makes it any more' for name in left_over(made, folder)]
    for name, text in made.items():
        path = folder / name
        if not path.is_file():
            findings.append(f'{FOLDER}/{name}: it is missing')
            continue
        kept = path.read_text(encoding='utf-8')
        if kept == text:
            continue
        lines = difflib.unified_diff(kept.split('\n'), text.split('\n'), 'in the tree', 'in the code', lineterm='', n=0)
        shown = [line for line in lines if not line.startswith(('---', '+++', '@@'))][:SHOWN_LINES_MAX]
        findings.append('\n'.join([f'{FOLDER}/{name}: it differs (- in the tree, + in the code)', *shown]))
    return findings
