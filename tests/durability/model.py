"""What a disk holds after a power cut.

The journal of disk/journal.h is applied record by record. A disk keeps what was synced; of everything else it may keep
nothing, all, or any part. A write counts as synced when an fsync of its file that began after it has ended well. After
one that has ended badly the bytes are still seen by programs, and no later fsync brings them to the disk.
"""

import dataclasses
import os
import pathlib
import struct

HEAD = struct.Struct('<IIQQQII')
SECTOR = 512
WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, CREATE, MAKE_DIR, LINK, UNLINK, RENAME, SENT, FAULT = (
    ord(letter) for letter in 'WTSsCDLURAX')
POLICIES = ('nothing', 'everything', 'prefix', 'any', 'sectors')


@dataclasses.dataclass
class Record:
    type: int
    inode: int
    a: int
    b: int
    first: bytes
    second: bytes


def read_journal(path, offset=0):
    """The records from `offset` on, and where the next one begins. A record that is cut off is left for later."""
    with open(path, 'rb') as file:
        file.seek(offset)
        data = file.read()
    records, at = [], 0
    while at + HEAD.size <= len(data):
        size, kind, inode, a, b, first, second = HEAD.unpack_from(data, at)
        if at + size > len(data):
            break
        body = at + HEAD.size
        records.append(Record(kind, inode, a, b, data[body:body + first], data[body + first:body + first + second]))
        at += size
    return records, offset + at


@dataclasses.dataclass
class Change:
    """One change of a file (`data` at `offset`, or a new size) or of a folder (`names`: name to node or None)."""
    order: int
    offset: int = 0
    data: bytes | None = None
    size: int = 0
    names: dict | None = None


def write_into(content, offset, data):
    if len(content) < offset + len(data):
        content.extend(bytes(offset + len(data) - len(content)))
    content[offset:offset + len(data)] = data


def resize(content, size):
    if size < len(content):
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


def apply_to_file(content, change, keeps_sector=None):
    if change.data is None:
        return resize(content, change.size)
    if keeps_sector is None:
        return write_into(content, change.offset, change.data)
    at, end = change.offset, change.offset + len(change.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        if keeps_sector():
            write_into(content, at, change.data[at - change.offset:until - change.offset])
        at = until
    return None


class Node:
    """A file or a folder: what is on the disk, what programs see, and the changes in between."""

    def __init__(self, is_folder, content=None):
        self.is_folder = is_folder
        self.durable = {} if is_folder else bytearray(content or b'')
        self.seen = dict(self.durable) if is_folder else bytearray(self.durable)
        self.pending = []

    def change(self, change):
        if self.is_folder:
            apply_names(self.seen, change.names)
        else:
            apply_to_file(self.seen, change)
        self.pending.append(change)

    def adopt(self, name, node):
        self.durable[name] = self.seen[name] = node

    def end_sync(self, began, failed):
        if failed and self.is_folder:
            return  # names are kept in a journal of the file system's: it tries again, or never succeeds any more
        for change in self.pending:
            if change.order > began:
                break
            if self.is_folder:
                apply_names(self.durable, change.names)
            elif not failed:
                apply_to_file(self.durable, change)
        self.pending = [change for change in self.pending if change.order > began]


def apply_names(entries, names):
    for name, node in names.items():
        if node is None:
            entries.pop(name, None)
        else:
            entries[name] = node


class Disk:
    def __init__(self, tree):
        """Begins with what inodes_of() has found, all of it on the disk."""
        self.nodes = {}
        self.order = 0
        self.syncs = {}
        for path, (inode, text) in tree.items():
            node = self.nodes[inode] = Node(text is None, text.encode() if text else None)
            if path:
                folder, _, name = path.rpartition('/')
                self.nodes[tree[folder][0]].adopt(name, node)
        self.root = self.nodes[tree[''][0]]

    def apply(self, record):
        self.order += 1
        kind = record.type
        if kind == WRITE:
            self._change(record.inode, offset=record.a, data=record.first)
        elif kind == TRUNCATE:
            self._change(record.inode, size=record.a)
        elif kind == SYNC_BEGIN:
            self.syncs[record.a] = self.order
        elif kind == SYNC_END:
            self.nodes[record.inode].end_sync(self.syncs.pop(record.a), failed=record.b != 0)
        elif kind in (CREATE, MAKE_DIR):
            self.nodes[record.inode] = Node(is_folder=kind == MAKE_DIR)
            self._change(record.a, names={name_of(record.first): self.nodes[record.inode]})
        elif kind == LINK:
            self._change(record.a, names={name_of(record.first): self.nodes[record.inode]})
        elif kind == UNLINK:
            self._change(record.a, names={name_of(record.first): None})
        elif kind == RENAME:
            assert record.a == record.b, 'a rename between folders: the model does not know it'
            names = {name_of(record.first): None, name_of(record.second): self.nodes[record.inode]}
            self._change(record.a, names=names)

    def _change(self, inode, **change):
        self.nodes[inode].change(Change(self.order, **change))

    def seen(self):
        """What programs see: path to content."""
        return collect(self.root, lambda node: node.seen)

    def after_power_cut(self, policy, random):
        """One state that the disk may be found in: path to content, None for a folder."""
        orders = sorted(change.order for node in self.nodes.values() for change in node.pending)
        cut = random.choice([0, *orders])
        share = random.random()

        def state(node):
            content = dict(node.durable) if node.is_folder else bytearray(node.durable)
            for change in node.pending:
                sectors = None
                if policy == 'nothing' or (policy == 'prefix' and change.order > cut):
                    continue
                if policy in ('any', 'sectors') and (node.is_folder or policy == 'any') and random.random() > share:
                    continue
                if policy == 'sectors' or (policy == 'prefix' and change.order == cut):
                    sectors = lambda: random.random() < share  # noqa: E731
                if node.is_folder:
                    apply_names(content, change.names)
                else:
                    apply_to_file(content, change, sectors)
            return content

        return collect(self.root, state)


def name_of(path):
    return path.decode().rpartition('/')[2]


def collect(root, content_of):
    """Path to content of everything below `root`. What SQLite shares in memory is no content of a disk."""
    found = {}

    def walk(folder, prefix):
        for name, node in content_of(folder).items():
            if name.endswith('-shm'):
                continue
            path = prefix + name
            if node.is_folder:
                found[path] = None
                walk(node, path + '/')
            else:
                found[path] = bytes(content_of(node))
    walk(root, '')
    return found


def write_image(image, folder):
    for path, content in image.items():
        target = os.path.join(folder, path)
        if content is None:
            os.mkdir(target, 0o700)
        else:
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'wb') as file:
                file.write(content)


def inodes_of(folder):
    """Path to (inode, text or None for a folder) of a home before the first program runs in it; the root is ''."""
    folder = pathlib.Path(folder)
    found = {'': (folder.stat().st_ino, None)}
    for path in sorted(folder.rglob('*')):
        found[str(path.relative_to(folder))] = (path.stat().st_ino, None if path.is_dir() else path.read_text())
    return found


def read_tree(folder):
    """Path to content, as collect() gives it."""
    folder = pathlib.Path(folder)
    found = {}
    for path in sorted(folder.rglob('*')):
        if not path.name.endswith('-shm'):
            found[str(path.relative_to(folder))] = None if path.is_dir() else path.read_bytes()
    return found


class Control:
    """The test's side of disk_control."""
    FORMAT = struct.Struct('<IIiIIIII')
    FAULTS = {'none': 0, 'full': 1, 'broken': 2, 'short': 3, 'interrupted': 4, 'kill': 5}
    CLASSES = {'write': 1, 'sync': 2, 'name': 4, 'truncate': 8}
    DECEITS = {'wal-sync': 1, 'folder-sync': 2, 'late-sync': 4, 'normal': 8}

    def __init__(self, path, deceit=(), sync_us_max=0):
        self.path = path
        deceits = sum(self.DECEITS[name] for name in deceit)
        path.write_bytes(self.FORMAT.pack(0, 0, 0, 0, 0, deceits, 0, sync_us_max).ljust(4096, b'\0'))

    def _read(self):
        with open(self.path, 'rb') as file:
            return list(self.FORMAT.unpack(file.read(self.FORMAT.size)))

    def _write(self, at, values):
        with open(self.path, 'r+b', buffering=0) as file:
            file.seek(at)
            file.write(values)

    def arm(self, fault, classes, left, sticky=False):
        """The `left`-th operation of these classes from now on fails; when sticky, all after it, too."""
        self.disarm()
        mask = sum(self.CLASSES[name] for name in classes)
        self._write(4, struct.pack('<IiII', mask, left, int(sticky), 0))
        self._write(0, struct.pack('<I', self.FAULTS[fault]))

    def disarm(self):
        self._write(0, struct.pack('<I', 0))

    @property
    def hits(self):
        return self._read()[4]

    @property
    def operations(self):
        return self._read()[6]
