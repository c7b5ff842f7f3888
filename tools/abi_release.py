"""The released versions of the plugin ABI: what tools/abi cuts, and what tools/lint compares the headers with."""

import hashlib
import pathlib
import re
import subprocess
import tempfile

HEADERS = 'plugin-sdk/include'
HISTORY = 'plugin-sdk/abi-history'
VERSION_SCRIPT = 'plugin-sdk/cmake/plugin.version'
SDK_VERSION = 'plugin-sdk/CMakeLists.txt'
SUMS = 'SHA256SUMS'
COMPILER = 'clang-19'
MACHINES = {'x86_64': 'x86_64-linux-gnu', 'aarch64': 'aarch64-linux-gnu'}
PLUGIN_FLAGS = ['-std=c11', '-Oz', '-ffreestanding', '-fno-builtin', '-fPIC', '-fvisibility=hidden', '-fno-ident',
                '-fno-asynchronous-unwind-tables', '-Wall', '-Wextra', '-Werror', '-Wno-missing-field-initializers',
                '-nostdlib', '-shared', '-fuse-ld=lld', '-Wl,-s', '-Wl,--build-id=none', '-Wl,-z,noexecstack',
                '-Wl,-z,noseparate-code', '-Wl,-z,defs']


class Refused(Exception):
    """What is in the way of a release, for the person who asked for it."""


def stable_headers(root):
    """The paths of the headers below include/ that are part of the ABI, drafts left out."""
    include = pathlib.Path(root) / HEADERS
    return sorted(str(path.relative_to(include)) for path in include.rglob('*.h') if 'draft' not in path.parts)


def code_of(text):
    """C without comments and with one space where there was any white space: what a compiler sees."""
    text = re.sub(r'/\*.*?\*/|//[^\n]*', ' ', text, flags=re.DOTALL)
    return ' '.join(text.replace('\\\n', ' ').split())


def version_of(abi_header):
    return tuple(int(re.search(rf'CHELA_ABI_{part} (\d+)', abi_header).group(1)) for part in ('MAJOR', 'MINOR'))


def releases(root):
    """The released versions, oldest first: [(1, 0), ...]."""
    found = (re.fullmatch(r'(\d+)\.(\d+)', path.name) for path in (pathlib.Path(root) / HISTORY).glob('*.*'))
    return sorted((int(match[1]), int(match[2])) for match in found if match)


def folder_of(root, version):
    return pathlib.Path(root) / HISTORY / f'{version[0]}.{version[1]}'


def read(path):
    return pathlib.Path(path).read_text(encoding='utf-8')


def unreleased(root):
    """(path, text) for each header that says something else than the newest release."""
    root = pathlib.Path(root)
    if not stable_headers(root):
        return []
    if not releases(root):
        return [(f'{HEADERS}/chela/abi.h', 'no ABI version is released: run tools/abi cut')]
    newest = releases(root)[-1]
    name = f'{newest[0]}.{newest[1]}'
    kept = folder_of(root, newest) / 'include'
    headers, found = stable_headers(root), []
    for header in headers:
        if not (kept / header).is_file():
            found.append((f'{HEADERS}/{header}', f'it is not part of ABI {name}: release it with tools/abi cut'))
        elif code_of(read(kept / header)) != code_of(read(root / HEADERS / header)):
            found.append((f'{HEADERS}/{header}', f'it has changed since ABI {name}: release it with tools/abi cut'))
    for path in sorted(kept.rglob('*.h')):
        if str(path.relative_to(kept)) not in headers:
            found.append((f'{HEADERS}/{path.relative_to(kept)}', f'it is part of ABI {name} and gone; put it back'))
    return found


def sums_of(folder):
    """The SHA256SUMS of a release: everything in its folder but the list itself."""
    files = sorted(path for path in folder.rglob('*') if path.is_file() and path.name != SUMS)
    return ''.join(f'{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n' for path in files)


def altered(root):
    """(path, text) for each release whose files are not those that were released."""
    found = []
    for version in releases(root):
        folder = folder_of(root, version)
        path = f'{HISTORY}/{folder.name}/{SUMS}'
        if not (folder / SUMS).is_file():
            found.append((path, 'the list of what was released is missing'))
        elif (folder / SUMS).read_text(encoding='utf-8') != sums_of(folder):
            found.append((path, 'files of a released version were changed, added or removed; restore them'))
    return found


def structs_of(code):
    """(name, members) of each struct, in order."""
    for match in re.finditer(r'typedef struct (\w+) \{(.*?)\} \1;', code):
        members = []
        for declaration in match[2].split(';'):
            pointer = re.search(r'\(\*\s*(\w+)\)\s*\(', declaration)
            plain = re.search(r'(\w+)\s*(?:\[[^\]]*\])?\s*$', declaration)
            if declaration.strip():
                members.append((pointer or plain)[1])
        yield match[1], members


def enums_of(text):
    """(type, values) of each enumeration that is made from a map."""
    code = code_of(text)
    for match in re.finditer(r'#define (\w+)_ENUM\(name, value\) (\w+)##name = value', code):
        rows = re.search(rf'#define {match[1]}_MAP\(X\) ((?:X\(\w+, \d+\) ?)+)', code)[1]
        yield match[1].lower(), [match[2] + name for name in re.findall(r'X\((\w+),', rows)]


LAYOUT_HEAD = '''/* The layout of ABI {name} on 64-bit machines, frozen: compiled against today's headers with every build. A line here is
 * never changed or removed; what later versions append is in their own folder. */
{includes}

#if defined(__cplusplus)
#define FROZEN(condition) static_assert(condition, "the layout of ABI {name} has changed: " #condition)
#else
#define FROZEN(condition) _Static_assert(condition, "the layout of ABI {name} has changed: " #condition)
#endif
#if CHELA_ABI_MINOR == {minor} /* a new member needs a new minor version, with a folder of its own here */
#define SIZE_AT_LEAST(type, size) FROZEN(sizeof(type) == (size))
#else
#define SIZE_AT_LEAST(type, size) FROZEN(sizeof(type) >= (size))
#endif
#define MEMBER(type, member, offset) FROZEN(offsetof(type, member) == (offset))
#define VALUE(name, value) FROZEN((int)(name) == (value))

FROZEN(sizeof(void *) == 8);
/* Passed by value: these can never grow. */
'''


def layout_of(include, version):
    """The text of layout.c for the headers below `include`."""
    include = pathlib.Path(include)
    headers = sorted((str(path.relative_to(include)) for path in include.rglob('*.h') if 'draft' not in path.parts),
                     key=lambda header: (header.count('/'), header))
    texts = [read(include / header) for header in headers]
    structs = [row for text in texts for row in structs_of(code_of(text))]
    enums = [row for text in texts for row in enums_of(text)]
    by_value = [name for name, members in structs if members[0] != 'struct_size'] + [name for name, _ in enums]
    includes = '\n'.join(f'#include "{header}"' for header in headers)
    ask = [f'printf("FROZEN(sizeof({name}) == %zu);\\n", sizeof({name}));' for name in by_value]
    for name, members in structs:
        ask.append(f'printf("\\nSIZE_AT_LEAST({name}, %zu);\\n", sizeof({name}));')
        ask += [f'printf("MEMBER({name}, {member}, %zu);\\n", offsetof({name}, {member}));' for member in members]
    ask.append('printf("\\n");')
    ask += [f'printf("VALUE({value}, %d);\\n", (int)({value}));' for _, values in enums for value in values]
    program = includes + '\n#include <stdio.h>\nint main(void) {\n' + '\n'.join(ask) + '\nreturn 0;\n}\n'
    with tempfile.TemporaryDirectory() as scratch:
        source = pathlib.Path(scratch) / 'layout.c'
        source.write_text(program, encoding='utf-8')
        compile_c(['-std=c11', f'-I{include}', str(source), '-o', f'{scratch}/layout'])
        body = subprocess.run([f'{scratch}/layout'], capture_output=True, text=True, check=True).stdout
    return LAYOUT_HEAD.format(name=f'{version[0]}.{version[1]}', includes=includes, minor=version[1]) + body


def compile_c(arguments):
    done = subprocess.run([COMPILER, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(f'{COMPILER} {" ".join(arguments)}\n{done.stderr.strip()}')


def build_plugin(root, folder, out):
    """Builds the kept plugin of a release for every machine, into `out`."""
    for machine, target in MACHINES.items():
        compile_c([f'--target={target}', *PLUGIN_FLAGS, f'-Wl,--version-script={pathlib.Path(root) / VERSION_SCRIPT}',
                   f'-I{folder / "include"}', str(folder / 'plugin/kept.c'),
                   '-o', str(pathlib.Path(out) / f'{machine}.so')])
