#!/usr/bin/env python3
"""Writes archives for archive_test.cpp with Python's own tar and zip: archives.py FOLDER.

Each case is one archive, named good-* or bad-*; a bad one must be refused and leave nothing behind.
"""

import io
import pathlib
import stat
import sys
import tarfile
import zipfile


def entry(name, data=b'x', kind=tarfile.REGTYPE, link='', mode=0o644, **more):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def tar(path, entries, mode='w:gz', form=tarfile.PAX_FORMAT):
    with tarfile.open(path, mode, format=form) as out:
        for info, data in entries:
            out.addfile(info, io.BytesIO(data))


def zip_file(path, entries, compress=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, 'w', compress) as out:
        for name, data, attributes in entries:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, attributes << 16
            info.compress_type = compress
            out.writestr(info, data)


def good(folder):
    files = [entry('package/a.txt', b'hello'), entry('package/bin/run', b'#!', mode=0o755),
             entry('package/docs/r\u00e9sum\u00e9.md', b'y')]
    tar(folder / 'good-npm.tgz', files)
    tar(folder / 'good-plain.tar', files, 'w')
    tar(folder / 'good-gnu.tar', files, 'w', tarfile.GNU_FORMAT)
    tar(folder / 'good-bzip.tar.bz2', files, 'w:bz2')
    tar(folder / 'good-folders.tgz', [entry('./', kind=tarfile.DIRTYPE, mode=0o755), entry('./a/', kind=tarfile.DIRTYPE),
                                      entry('./a/b')])
    tar(folder / 'good-setuid.tgz', [entry('run', b'#!', mode=0o6777)])
    tar(folder / 'good-long.tgz', [entry('a' * 200 + '/' + 'b' * 200)])
    zip_file(folder / 'good-zip.zip', [('a.txt', b'hello', 0o100644), ('bin/run', b'#!', 0o100755),
                                       ('docs/r\u00e9sum\u00e9.md', b'y', 0o100644)])
    zip_file(folder / 'good-stored.zip', [('a', b'hello', 0o100644)], zipfile.ZIP_STORED)


def bad_names(folder):
    for case, name in {'parent': '../evil', 'deep-parent': 'a/../../evil', 'absolute': '/tmp/evil', 'drive': 'C:/evil',
                       'backslash': '..\\evil', 'git': '.git/hooks/post-checkout', 'dot': 'a.', 'control': 'a\nb',
                       'bidi': 'a\u202egpj.exe', 'deep': '/'.join('a' * 40)}.items():
        tar(folder / f'bad-{case}.tgz', [entry('first'), entry(name)])
        zip_file(folder / f'bad-{case}.zip', [('first', b'x', 0o100644), (name, b'x', 0o100644)])


def bad_entries(folder):
    kinds = {'symlink': (tarfile.SYMTYPE, '/etc/passwd'), 'symlink-inside': (tarfile.SYMTYPE, 'first'),
             'hardlink': (tarfile.LNKTYPE, '/etc/passwd'), 'hardlink-inside': (tarfile.LNKTYPE, 'first'),
             'fifo': (tarfile.FIFOTYPE, ''), 'char': (tarfile.CHRTYPE, ''), 'block': (tarfile.BLKTYPE, '')}
    for case, (kind, link) in kinds.items():
        tar(folder / f'bad-{case}.tgz', [entry('first'), entry('second', kind=kind, link=link)])
    tar(folder / 'bad-through-link.tgz', [entry('d', kind=tarfile.SYMTYPE, link='/tmp'), entry('d/evil')])
    tar(folder / 'bad-link-over-folder.tgz', [entry('d/a'), entry('d', kind=tarfile.SYMTYPE, link='/tmp'), entry('d/b')])
    zip_file(folder / 'bad-symlink.zip', [('l', b'/etc/passwd', stat.S_IFLNK | 0o777)])
    tar(folder / 'bad-twice.tgz', [entry('a', b'1'), entry('a', b'2')])
    tar(folder / 'bad-case.tgz', [entry('a'), entry('A')])
    tar(folder / 'bad-unicode.tgz', [entry('caf\u00e9'), entry('cafe\u0301')])
    tar(folder / 'bad-file-and-folder.tgz', [entry('a'), entry('a/b')])
    tar(folder / 'bad-folder-and-file.tgz', [entry('a/b'), entry('a')])


def bad_sizes(folder):
    tar(folder / 'bad-bomb.tgz', [entry('zeros', bytes(32 << 20))])
    zip_file(folder / 'bad-bomb.zip', [('zeros', bytes(32 << 20), 0o100644)])
    tar(folder / 'bad-many.tgz', [entry(f'f{i}', b'') for i in range(20_001)])
    tar(folder / 'bad-huge-declared.tgz', [entry('a', b'x')])
    whole = (folder / 'good-plain.tar').read_bytes()
    (folder / 'bad-cut.tar').write_bytes(whole[:700])
    packed = (folder / 'good-npm.tgz').read_bytes()
    (folder / 'bad-cut.tgz').write_bytes(packed[:len(packed) // 2])
    (folder / 'bad-huge-declared.tgz').unlink()
    header = bytearray(whole[:512])
    header[124:136] = b'77777777777\0'
    header[148:156] = b' ' * 8
    header[148:156] = b'%06o\0 ' % sum(header)
    (folder / 'bad-huge-declared.tar').write_bytes(bytes(header) + whole[512:])
    (folder / 'bad-empty.tgz').write_bytes(b'')
    (folder / 'bad-text.tgz').write_bytes(b'this is no archive, whatever its name\n' * 40)
    (folder / 'bad-zip-cut.zip').write_bytes((folder / 'good-zip.zip').read_bytes()[:-30])


def main():
    folder = pathlib.Path(sys.argv[1])
    good(folder)
    bad_names(folder)
    bad_entries(folder)
    bad_sizes(folder)


main()
