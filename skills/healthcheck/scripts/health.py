#!/usr/bin/env python3
"""The state of a Linux machine and of the gateway on it. Reads only."""

import argparse
import ipaddress
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request

LEVELS = ('ok', 'look', 'bad')
COMMAND_S = 30
EXPECTED_PORTS = {22: 'SSH', 80: 'HTTP', 443: 'HTTPS'}
FILE_SYSTEMS = {'ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'vfat', 'overlay', 'nfs', 'nfs4'}
STATE_FILES_MAX = 20000


def command(*argv):
    """What a program prints, or nothing when it is not there or fails."""
    if not shutil.which(argv[0]):
        return None
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=COMMAND_S, check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, 'LC_ALL': 'C'})
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def disk(_):
    seen = set()
    for line in pathlib.Path('/proc/mounts').read_text(encoding='utf-8').splitlines():
        device, place, kind = line.split()[:3]
        place = place.encode().decode('unicode_escape')
        if kind not in FILE_SYSTEMS or device in seen:
            continue
        seen.add(device)
        try:
            now = os.statvfs(place)
        except OSError:
            continue
        if not now.f_blocks or not os.path.isdir(place):
            continue
        free = now.f_bavail / now.f_blocks
        nodes = now.f_favail / now.f_files if now.f_files else 1
        least = min(free, nodes)
        level = 'bad' if least < 0.05 else 'look' if least < 0.15 else 'ok'
        yield level, f'{place}: {free:.0%} free ({now.f_bavail * now.f_frsize / 2**30:.1f} GiB), {nodes:.0%} of its file entries'


def memory(_):
    facts = {line.split(':')[0]: int(line.split()[1]) for line in
             pathlib.Path('/proc/meminfo').read_text(encoding='utf-8').splitlines() if len(line.split()) > 1}
    available = facts['MemAvailable'] / facts['MemTotal']
    yield ('bad' if available < 0.05 else 'look' if available < 0.15 else 'ok',
           f"{available:.0%} of {facts['MemTotal'] / 2**20:.1f} GiB available")
    if facts.get('SwapTotal'):
        used = 1 - facts['SwapFree'] / facts['SwapTotal']
        yield 'look' if used > 0.5 else 'ok', f"swap {used:.0%} used"


def load(_):
    five, cores = os.getloadavg()[1], os.cpu_count() or 1
    yield 'bad' if five > 4 * cores else 'look' if five > 1.5 * cores else 'ok', f'load {five:.1f} over five minutes on {cores} cores'


def address_of(text):
    """0100007F:1F90 as an address and a port: words of 32 bits in the order of the machine."""
    host, _, port = text.partition(':')
    words = [int(host[at:at + 8], 16) for at in range(0, len(host), 8)]
    return ipaddress.ip_address(b''.join(word.to_bytes(4, sys.byteorder) for word in words)), int(port, 16)


def owners():
    """{socket's inode: program}, of the processes that this account may look into."""
    out = {}
    for link in pathlib.Path('/proc').glob('[0-9]*/fd/*'):
        try:
            target = os.readlink(link)
            if target.startswith('socket:['):
                out[target[8:-1]] = (link.parents[1] / 'comm').read_text(encoding='utf-8').strip()
        except OSError:
            continue
    return out


def ports(_):
    programs, found = owners(), {}
    for table in ('/proc/net/tcp', '/proc/net/tcp6'):
        try:
            lines = pathlib.Path(table).read_text(encoding='ascii').splitlines()[1:]
        except OSError:
            continue
        for fields in (line.split() for line in lines):
            if fields[3] == '0A':
                address, port = address_of(fields[1])
                mapped = getattr(address, 'ipv4_mapped', None) or address
                if not mapped.is_loopback:
                    found.setdefault(port, (str(mapped), programs.get(fields[9], 'unknown program')))
    if not found:
        yield 'ok', 'nothing listens beyond this machine'
    for port, (address, program) in sorted(found.items()):
        known = EXPECTED_PORTS.get(port)
        yield 'ok' if known else 'look', f'port {port} is open to the network on {address}: {known or program}'


def services(_):
    failed = command('systemctl', 'list-units', '--failed', '--plain', '--no-legend')
    if failed is None:
        yield 'ok', 'no systemd here'
        return
    names = [line.split()[0] for line in failed.splitlines() if line.strip()]
    yield ('bad', 'failed: ' + ', '.join(names)) if names else ('ok', 'no service has failed')


def updates(_):
    if pathlib.Path('/var/run/reboot-required').exists():
        yield 'look', 'a restart of the machine is due'
    listing = command('apt-get', '--simulate', '--quiet', 'upgrade')
    if listing is None:
        yield 'ok', 'no apt here; updates were not looked for'
        return
    waiting = [line.split()[1] for line in listing.splitlines() if line.startswith('Inst ')]
    security = [line for line in listing.splitlines() if line.startswith('Inst ') and 'ecurity' in line]
    yield ('look' if security else 'ok',
           f'{len(waiting)} updates wait, {len(security)} of them for security' if waiting else 'no update is known to wait')
    lists = pathlib.Path('/var/lib/apt/lists')
    if lists.is_dir() and time.time() - lists.stat().st_mtime > 14 * 86400:
        yield 'look', 'the list of updates is older than two weeks (apt-get update)'


def state(arguments):
    home = pathlib.Path(arguments.state).expanduser()
    if not home.is_dir():
        yield 'look', f'{home} is not there; --state names another'
        return
    open_to_others, count = [], 0
    for path in [home, *home.rglob('*')]:
        count += 1
        if count > STATE_FILES_MAX:
            break
        try:
            mode = path.lstat().st_mode
        except OSError:
            continue
        is_secret = path == home or path.name in ('chela.json', 'openclaw.json', '.env', 'secrets.json') or path.suffix in ('.key', '.pem', '.db')
        if is_secret and not stat.S_ISLNK(mode) and mode & 0o077:
            open_to_others.append(f'{path} ({stat.S_IMODE(mode):04o})')
    if open_to_others:
        yield 'bad', 'other accounts may read ' + ', '.join(open_to_others[:5])
    else:
        yield 'ok', f'{home} is private'
    if arguments.backup:
        yield backup(pathlib.Path(arguments.backup).expanduser(), arguments.backup_hours)


def backup(folder, hours_max):
    times = [path.lstat().st_mtime for path in folder.rglob('*') if path.is_file()] if folder.is_dir() else []
    if not times:
        return 'bad', f'no backup in {folder}'
    hours = (time.time() - max(times)) / 3600
    return ('bad' if hours > hours_max else 'ok'), f'the last backup in {folder} is {hours:.0f} hours old'


def clock(_):
    answer = command('timedatectl', 'show', '--property=NTPSynchronized', '--value')
    if answer is None:
        yield 'ok', 'whether the clock is kept right is not known here'
    else:
        yield ('ok', 'the clock is kept right') if answer.strip() == 'yes' else ('look', 'the clock is not synchronised')


def gateway(arguments):
    url = arguments.gateway.rstrip('/') + '/healthz'
    begin = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            answer.read(65536)
        ms = (time.monotonic() - begin) * 1000
        yield ('ok' if ms < 500 else 'look'), f'{url} answers in {ms:.0f} ms'
    except urllib.error.HTTPError as error:
        yield 'bad', f'{url} answers {error.code}'
    except OSError as error:
        yield 'bad', f'{url} does not answer: {getattr(error, "reason", error)}'


CHECKS = {'disk': disk, 'memory': memory, 'load': load, 'ports': ports, 'services': services, 'updates': updates, 'state': state,
          'clock': clock, 'gateway': gateway}


def main():
    parser = argparse.ArgumentParser(description='The state of a Linux machine and of the gateway on it. Changes nothing.')
    parser.add_argument('--only', help='some of ' + ','.join(CHECKS))
    parser.add_argument('--gateway', default='http://127.0.0.1:18789', help='its address')
    parser.add_argument('--state', default=os.environ.get('CHELA_HOME', '~/.chela'), help='its home')
    parser.add_argument('--backup', help='a folder in which there must be a recent file')
    parser.add_argument('--backup-hours', type=float, default=26)
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    chosen = arguments.only.split(',') if arguments.only else list(CHECKS)
    unknown = [name for name in chosen if name not in CHECKS]
    if unknown:
        print(f'health: no check called {", ".join(unknown)}; there are {", ".join(CHECKS)}', file=sys.stderr)
        return 3
    rows = []
    for name in chosen:
        try:
            rows += [{'check': name, 'level': level, 'says': says} for level, says in CHECKS[name](arguments)]
        except (OSError, ValueError, KeyError, IndexError) as error:
            rows.append({'check': name, 'level': 'look', 'says': f'could not be checked: {error}'})
    worst = max((LEVELS.index(row['level']) for row in rows), default=0)
    if arguments.json:
        print(json.dumps({'level': LEVELS[worst], 'checks': rows}, ensure_ascii=False, indent=1))
    else:
        for row in sorted(rows, key=lambda one: -LEVELS.index(one['level'])):
            print(f"{row['level']:<5} {row['check']:<9} {row['says']}")
    return worst


if __name__ == '__main__':
    sys.exit(main())
