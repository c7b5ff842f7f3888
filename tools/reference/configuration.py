"""Every key of the configuration, from the schemas of all slices."""

import json

from .markdown import code, codes, sentence, table

KEYS_OF_OPENCLAW = 'kernel/app/openclaw_keys.txt'
INTRODUCTION = '''# Configuration

Everything that stands in `chela.json`, from the schemas that it is checked with. `*` stands for any name, `[]` for the
items of a list. `chela config schema` prints the same as JSON Schema; `chela config validate` says everything that is
wrong with a file.

A value comes from the defaults, the file, the environment and the command line, the later ones winning. Each key can be
set as `CHELA__gateway__port=…` and as `chela gateway --set gateway.port=…`; some have variables of their own, which are
named with them. A change of the file counts at once where it says *live*, else after a restart. Secrets are never shown.
'''


UPSTREAM = f'''## Known from OpenClaw, not supported

A file that uses them loads, with a warning for each. A key stands for everything beneath it. The list:
[openclaw_keys.txt](../../{KEYS_OF_OPENCLAW}).
'''


def default_of(key):
    return code(json.dumps(key['default'], ensure_ascii=False)) if 'default' in key else ''


def accepts(key):
    if 'enum' in key:
        return codes(value if isinstance(value, str) else json.dumps(value) for value in key['enum'])
    if 'pattern' in key and 'title' not in key:
        return f'a text of the form {code(key["pattern"])}'
    if 'item' in key and key['item'] not in ('an object', 'another value'):
        return f'{key["accepts"]}, each {key["item"]}'
    return key['accepts']


def description(key, secrets):
    """`secrets`: the keys below which everything is one."""
    parts = [sentence(key.get('description', ''))]
    if key['required']:
        parts.append('Required.')
    if key['path'] in secrets:
        parts.append('Secret.')
    if key.get('x-env'):
        parts.append(f'Variable: {codes(key["x-env"])}.')
    return ' '.join(part for part in parts if part)


def is_told(key):
    """Containers without a word of their own, and items that their list describes, say nothing."""
    return bool(key.get('description')) or not (key['accepts'] == 'an object' or key['path'].endswith('[]'))


def secrets_of(keys):
    """Keys that hold a secret themselves; the parts of a reference to one are told by it."""
    found = [key['path'] for key in keys if key['secret'] and 'text' in key['accepts'] and 'enum' not in key]
    return {path for path in found if not any(path.startswith(other + '.') for other in found)}


def repeated(keys):
    """{prefix: the earlier one whose keys are the same}, of the forms in which one thing may stand."""
    first, same = {}, {}
    for prefix in dict.fromkeys(key['path'] for key in keys if key['path'].endswith(('.*', '[]'))):
        below = [{**key, 'path': key['path'].removeprefix(prefix)}
                 for key in keys if key['path'].startswith(prefix + '.')]
        known = first.setdefault(json.dumps(below), prefix)
        if below and known != prefix:
            same[prefix] = known
    return same


def rows(keys):
    same, secrets = repeated(keys), secrets_of(keys)
    for key in keys:
        if any(key['path'].startswith(prefix + '.') for prefix in same):
            continue
        if key['path'] in same:
            yield [code(key['path']), 'an object', '', '', f'The keys of {code(same[key["path"]])}.']
        elif is_told(key):
            change = 'live' if key['live'] else 'restart'
            yield [code(key['path']), accepts(key), default_of(key), change, description(key, secrets)]


HEAD = ['Key', 'Takes', 'Default', 'Change', 'For']


def upstream(root):
    """Keys of OpenClaw by what is around them."""
    groups = {'': []}
    for line in (root / KEYS_OF_OPENCLAW).read_text(encoding='utf-8').split('\n'):
        path = line.partition('#')[0].strip()
        if path:
            around, _, name = path.rpartition('.')
            groups.setdefault(around, []).append(name)
    return [[code(around) or 'whole parts', codes(names)] for around, names in groups.items()]


def configuration(facts, root):
    keys = facts['configuration']
    plugins = [key for key in keys if key['owner'].startswith('plugin ')]
    out = [INTRODUCTION]
    for top in (key for key in keys if '.' not in key['path'] and '[]' not in key['path']):
        own = [key for key in keys if key['path'].startswith(top['path'] + '.') and key not in plugins]
        if not own:
            out.append(f'## {top["path"]}\n\n{sentence(top.get("description", ""))}\n')
            continue
        out.append(f'## {top["path"]}\n\n{sentence(top.get("description", ""))}\n\n{table(HEAD, rows(own))}')
    out.append('## Bundled plugins\n\nWhat other plugins take is in their manifests: `chela plugins inspect ID`.\n\n'
               + table(HEAD, rows(plugins)))
    out.append(f'{UPSTREAM}\n{table(["In", "Keys"], upstream(root))}')
    return '\n'.join(out)
