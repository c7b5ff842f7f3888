"""Arrows go down only. Who may include whom stands in kernel/core/README.md for core, and here for the rest."""

import re

from . import rule
from .tree import CPP, line_of

CORE_TABLE = 'kernel/core/README.md'
# Longest first: the folder of a file, and the folders that it may include beside its own. `chela` is the plugin SDK.
LAYERS = {
    'kernel/core/plugins': ('chela',),
    'kernel/core/packages': ('chela',),
    'kernel/core/remote': ('chela',),
    'kernel/core/rpc': ('chela',),
    'kernel/core': (),
    'kernel/runtime': ('kernel/core', 'chela'),
    'kernel/gateway': ('kernel/core', 'kernel/runtime', 'chela'),
    'kernel/app': ('kernel', 'chela'),
    'plugin-sdk': ('chela',),
    'plugins': ('chela',),
    'tools/benchmarks': (),
    'tools': ('kernel', 'plugin-sdk', 'chela'),
}
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<(chela/[^>\n]+)>)', re.MULTILINE)
_ROW = re.compile(r'^\| `([\w/]+)` \|[^|]*\|([^|]*)\|', re.MULTILINE)


def core_table(tree):
    """{folder: folders it may use}, from the table of kernel/core/README.md."""
    rows = _ROW.findall(tree.text(CORE_TABLE))
    table = {}
    for name, uses in rows:
        folder = f'kernel/core/{name}'
        words = re.findall(r'\w+', uses)
        if words == ['all', 'of', 'the', 'above']:
            table[folder] = tuple(table)
        else:
            table[folder] = tuple(f'kernel/core/{word}' for word in words if word != 'nothing')
    return table


def _below(path, folder):
    return path == folder or path.startswith(folder + '/')


def _own_folder(path, table):
    """The part of the tree in which a file may include freely, and what else it may include."""
    for folder, uses in table.items():
        if _below(path, folder):
            return folder, uses + LAYERS.get(folder, ())
    if path.startswith('plugins/'):
        return '/'.join(path.split('/')[:3]), LAYERS['plugins']
    for folder in sorted(LAYERS, key=len, reverse=True):
        if _below(path, folder):
            return folder, LAYERS[folder]
    return None, ()


@rule('a file includes only what its folder may use: kernel/core/README.md for core, DESIGN section 1 for the rest')
def dependency_direction(tree):
    table = core_table(tree)
    for path in tree.select('kernel', 'plugins', 'plugin-sdk', 'tools', suffixes=CPP):
        own, uses = _own_folder(path, table)
        text = tree.text(path)
        for match in _INCLUDE.finditer(text):
            target = match.group(1) or match.group(2)
            line = line_of(text, match.start())
            if path.startswith('kernel/core/') and own == 'kernel/core':
                yield path, line, f'{path.rsplit("/", 1)[0]} is not in the table of {CORE_TABLE}'
                break
            if '/' not in target:
                if path.startswith('kernel/'):
                    yield path, line, f'"{target}": includes are full paths from the root'
                continue
            if not any(_below(target, folder) for folder in (own, *uses)):
                yield path, line, f'{own} may not include {target}'


@rule('the header of a .cpp file is its first include')
def own_header_first(tree):
    for path in tree.select('kernel', 'plugins', suffixes=('.cpp',)):
        header = path[:-len('.cpp')] + '.hpp'
        if header not in tree.files:
            continue
        first = re.search(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]', tree.text(path), re.MULTILINE)
        if not first or first.group(1) != header:
            yield path, line_of(tree.text(path), first.start()) if first else 0, f'include "{header}" first'


@rule('each folder of kernel/ and plugins/ with sources has a README.md, or stands in the one above')
def folder_contract(tree):
    folders = {path.rsplit('/', 1)[0] for path in tree.select('kernel', 'plugins', suffixes=CPP)}
    for folder in sorted(folders):
        if f'{folder}/README.md' in tree.files:
            continue
        above, _, name = folder.rpartition('/')
        listed = False
        while above and not listed:
            listed = f'`{name}`' in tree.text(f'{above}/README.md') or f'`{name}/`' in tree.text(f'{above}/README.md')
            above, _, upper = above.rpartition('/')
            name = f'{upper}/{name}'
        if not listed:
            yield folder, 0, 'needs a README.md: what lives here, what it may use, what does not belong'
