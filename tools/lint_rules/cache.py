"""Compiles files one by one, two at a time, and only those that have changed since they last compiled."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

CACHE = pathlib.Path('build') / 'lint' / 'compiled.json'
JOBS = 2


def _digest(path):
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ''


def _compile(root, path, command):
    """What the compiler complains about, first line first, and the files of the tree that it read."""
    with tempfile.TemporaryDirectory() as folder:
        depends = pathlib.Path(folder) / 'depends'  # absent when gcc has failed
        done = subprocess.run([*command, '-MD', '-MF', depends, '-MT', 'x', path], cwd=root, capture_output=True,
                              text=True, check=False)
        rule = depends.read_text(encoding='utf-8') if depends.exists() else ''
    read = rule.replace('\\\n', ' ').split()[1:]
    inside = sorted({os.path.relpath(root / name, root) for name in read if not os.path.isabs(name)})
    return done.returncode, done.stderr, inside


def cached_compile(tree, jobs):
    """(path, line, message) for each of (path, command) that does not compile."""
    root = tree.root
    store = root / CACHE
    try:
        known = json.loads(store.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        known = {}
    digest, problems = {}, []

    def current(name):
        if name not in digest:
            digest[name] = _digest(root / name)
        return digest[name]

    def fresh(key):
        return key in known and all(current(name) == value for name, value in known[key].items())

    keyed = {f'{path} {" ".join(command)}': (path, command) for path, command in jobs}
    stale = {key: job for key, job in keyed.items() if not fresh(key)}
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        results = pool.map(lambda job: _compile(root, *job), stale.values())
        for (key, (path, command)), (code, text, read) in zip(stale.items(), results):
            known.pop(key, None)
            if code == 0:
                known[key] = {name: current(name) for name in {path, *read}}
                continue
            first = re.search(r'^(\S+?):(\d+):\d+: (?:fatal )?error: (.*)$', text, re.MULTILINE)
            place = f' ({first.group(1)}:{first.group(2)})' if first and first.group(1) != path else ''
            line = int(first.group(2)) if first and not place else 0
            problems.append((path, line, f'{command[0]} {command[1]}: {first.group(3) if first else text.strip()[:200]}{place}'))
    store.parent.mkdir(parents=True, exist_ok=True)
    store.write_text(json.dumps(known), encoding='utf-8')
    return problems
