"""Writes packages of skills as the registry gives them out, each mutated in one way, with what was published of them.

Called with a seed, a number and a folder: writes N.zip or N.tgz and `packages.jsonl`, whose lines hold the file, the
kind of mutation, the sha256 of the archive as it was published, and path and sha256 of each published file.
"""

import hashlib
import io
import json
import os
import random
import stat
import struct
import sys
import tarfile
import warnings
import zipfile

PUBLISHED_AT = (1980, 1, 1, 0, 0, 0)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def base_files(rng):
    files = {"SKILL.md": b"---\nname: weather\ndescription: says how the weather is\n---\n# Weather\n"}
    for i in range(rng.randint(0, 6)):
        depth = rng.choice(["", "docs/", "scripts/deep/er/", "a b/"])
        files[f"{depth}file{i}.{rng.choice(['md', 'py', 'txt'])}"] = rng.randbytes(rng.randint(0, 3000))
    return files


def info_of(name, mode=None):
    info = zipfile.ZipInfo(name, PUBLISHED_AT)
    info.compress_type = zipfile.ZIP_DEFLATED
    if mode is not None:
        info.create_system = 3
        info.external_attr = mode << 16
    return info


def zip_of(entries):
    """Entries are (name or ZipInfo, bytes)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else info_of(name), data)
    return buffer.getvalue()


def tar_of(files, extra=()):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in extra:
            archive.addfile(info)
    return buffer.getvalue()


OUTSIDE = ["../escaped", "../../escaped", "a/../../escaped", "/tmp/chela-escaped", "..\\escaped", "C:/escaped", "C:\\escaped",
           "a/./../../escaped", "//escaped", "a//b", "./../escaped", "\\\\host\\escaped", "a/..", "..", "a\\..\\..\\b"]
ODD = [".git/config", "x/.GIT/hooks/pre-commit", "git~1/config", "nul\x01byte", "line\nbreak", "bidi\u202eexe.md",
       "zero\u200bwidth.md", "end.", "end ", "a/end./b", "x" * 300, "d/" * 300 + "deep", "tab\tname", "\x7f"]
TWINS = [("Readme.md", "README.md"), ("caf\u00e9.md", "cafe\u0301.md"), ("a/b", "A/c"), ("\ufb01le", "file"),
         ("SKILL.MD", "SKILL.md"), ("x", "x/y"), ("\u212a.md", "k.md")]


def with_entries(files, more):
    return list(files.items()) + more


def flip(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 8, 64])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def special_tar(rng, files):
    info = tarfile.TarInfo(rng.choice(["dev", "SKILL.md", "a/link"]))
    info.type = rng.choice([tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
    info.linkname = rng.choice(["/etc/passwd", "../../escaped", "SKILL.md"])
    kept = {name: data for name, data in files.items() if name != info.name}
    return tar_of(kept, [info])


def wrong_header(rng, data):
    """Sizes, checksums, methods or flags in local headers and the directory that do not fit each other."""
    data = bytearray(data)
    places = []
    for signature, offsets in ((b"PK\x03\x04", (4, 6, 8, 14, 18, 22, 26, 28)), (b"PK\x01\x02", (8, 10, 16, 20, 24, 28, 30, 32, 38, 42))):
        at = data.find(signature)
        while at >= 0:
            places += [at + offset for offset in offsets]
            at = data.find(signature, at + 4)
    at = rng.choice(places)
    struct.pack_into("<H", data, at, rng.choice([0, 1, 2, 8, 9, 12, 14, 0xFFFF, rng.randrange(65536)]))
    return bytes(data)


def mutate(rng, kind, files):
    published = zip_of(files.items())
    name = rng.choice(sorted(files))
    if kind == "none":
        return published
    if kind == "flipped":
        return flip(rng, published)
    if kind == "truncated":
        return published[: rng.randrange(len(published))]
    if kind == "appended":
        return published + rng.randbytes(rng.randint(1, 4000))
    if kind == "prefixed":
        return rng.randbytes(rng.randint(1, 400)) + published
    if kind == "header":
        return wrong_header(rng, published)
    if kind == "changed":
        return zip_of({**files, name: files[name] + b"x"}.items())
    if kind == "swapped":
        names = sorted(files)
        other = rng.choice(names)
        if files[other] == files[name]:
            return zip_of({**files, name: files[name] + b"y"}.items())
        return zip_of({**files, name: files[other], other: files[name]}.items())
    if kind == "added":
        return zip_of(with_entries(files, [(rng.choice(["more.md", "scripts/run.sh", "_meta.json2", "z/SKILL.md"]), b"echo")]))
    if kind == "removed":
        return zip_of([(one, data) for one, data in files.items() if one != name])
    if kind == "renamed":
        return zip_of([(one + "x" if one == name else one, data) for one, data in files.items()])
    if kind == "twice":
        return zip_of(with_entries(files, [(name, rng.choice([files[name], b"other"]))]))
    if kind == "outside":
        return zip_of(with_entries(files, [(rng.choice(OUTSIDE), b"escaped")]))
    if kind == "odd":
        return zip_of(with_entries(files, [(rng.choice(ODD), b"odd")]))
    if kind == "twins":
        return zip_of(with_entries(files, [(one, b"twin") for one in rng.choice(TWINS)]))
    if kind == "link":
        target = rng.choice([b"/etc/passwd", b"../../escaped", b"SKILL.md"])
        link = info_of(rng.choice(["link", "docs", name]), stat.S_IFLNK | 0o777)
        more = [(link.filename + "/below", b"through")] if rng.random() < 0.5 else []
        return zip_of([(link, target)] + list(files.items()) + more)
    if kind == "device":
        mode = rng.choice([stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
        return zip_of(with_entries(files, [(info_of("device", mode | 0o666), b"")]))
    if kind == "bomb":
        return zip_of(with_entries(files, [("bomb", b"\0" * (8 << 20))]))
    if kind == "many":
        return zip_of(with_entries(files, [(f"m/{i}", b"") for i in range(300)]))
    if kind == "setuid":
        return zip_of(with_entries(files, [(info_of("run", stat.S_IFREG | 0o6777), b"run")]))
    if kind == "tar":
        return special_tar(rng, files)
    if kind == "tar plain":
        return tar_of(files)
    if kind == "wrapped":
        return zip_of([("top/" + one, data) for one, data in files.items()])
    return rng.randbytes(rng.randint(0, 2000))


KINDS = ["none", "flipped", "flipped", "flipped", "truncated", "appended", "prefixed", "header", "header", "changed", "swapped",
         "added", "removed", "renamed", "twice", "outside", "outside", "odd", "twins", "link", "device", "bomb", "many", "setuid",
         "tar", "tar plain", "wrapped", "noise"]


def main():
    seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    rng = random.Random(seed)
    warnings.simplefilter("ignore")  # names that come twice are meant
    with open(os.path.join(folder, "packages.jsonl"), "w", encoding="utf-8") as index:
        for i in range(count):
            files = base_files(rng)
            kind = KINDS[i % len(KINDS)]
            if kind == "bomb" and i // len(KINDS) % 8:
                kind = "flipped"  # each takes a while
            data = mutate(rng, kind, files)
            path = os.path.join(folder, f"{i}.bin")
            with open(path, "wb") as out:
                out.write(data)
            line = {"file": path, "kind": kind, "published": sha256(zip_of(files.items())),
                    "files": {name: sha256(content) for name, content in files.items()}}
            index.write(json.dumps(line) + "\n")


main()
