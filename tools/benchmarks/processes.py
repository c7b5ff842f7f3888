"""Starts what is measured and reads from /proc what it costs. Shared by tools/bench and tests/load."""

import contextlib
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time


def environment(home):
    return {'PATH': os.environ['PATH'], 'HOME': str(home), 'CHELA_HOME': str(home), 'LANG': 'C.UTF-8'}


def gateway_command(binaries, home, config):
    path = home / 'chela.json'
    path.write_text(json.dumps(config), encoding='utf-8')
    return [str(binaries / 'chela'), 'gateway', '--config', str(path), '--port', '0']


def upstream_config(port, **gateway):
    """A gateway whose model is the server at `port`."""
    return {
        'agents': {'defaults': {'model': {'primary': 'mock/test-model'}}},
        'models': {'providers': {'mock': {'baseUrl': f'http://127.0.0.1:{port}/v1', 'apiKey': 'test-key',
                                          'api': 'openai-completions', 'models': [{'id': 'test-model', 'name': 'Test'}]}}},
        'gateway': {**gateway, 'webSocket': {'messagesPerMinutePerConnection': 0, **gateway.get('webSocket', {})}},
    }


@contextlib.contextmanager
def running(command, env=None):
    """The process and the port of its ready line; ended with SIGTERM. Its log goes to a file, as in use."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        for line in process.stdout:
            match = re.search(r' ready:? .*?(\d+)(?: \(|$)', line.strip())
            if match:
                break
        else:
            sys.exit(f'bench: {command[0]} did not become ready')
        yield process, int(match.group(1))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
        process.stdout.close()


@contextlib.contextmanager
def running_gateway(binaries, config):
    """A gateway with an empty home: the process and its port."""
    with tempfile.TemporaryDirectory(prefix='chela-bench-') as folder:
        home = pathlib.Path(folder)
        with running(gateway_command(binaries, home, config), environment(home)) as started:
            yield started


class Conversation:
    """A client program that says lines of words and is told when to go on."""

    def __init__(self, *command):
        self.name = pathlib.Path(command[0]).name
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def hear(self, word=None):
        """The words of its next line, after `word` when it begins with that."""
        said = self.process.stdout.readline().split()
        if not said or (word and said[0] != word):
            raise RuntimeError(f'{self.name}: no `{word or "result"}` but {" ".join(said) or "its end"}')
        return said[1:] if word else said

    def go_on(self):
        self.process.stdin.write('\n')
        self.process.stdin.flush()

    def finish(self):
        self.process.stdin.close()


def quantiles(values):
    values = sorted(values)
    return {'min': values[0], 'p50': statistics.median(values), 'p95': values[int(len(values) * 0.95)]}


def resident_mib(pid):
    status = pathlib.Path(f'/proc/{pid}/status').read_text(encoding='ascii')
    kib = {name: int(value) for name, value in re.findall(r'^(VmRSS|RssAnon|RssFile):\s+(\d+)', status, re.MULTILINE)}
    return {'total': (kib['RssAnon'] + kib['RssFile']) / 1024, 'anonymous': kib['RssAnon'] / 1024}


def own_bytes(pid):
    """What the process has for itself, file pages and shared ones apart: its proportional set without file mappings."""
    text = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text(encoding='ascii')
    return int(re.search(r'^Pss_Anon:\s+(\d+)', text, re.MULTILINE).group(1)) * 1024


def peak_bytes(pid):
    """The most that was ever resident."""
    status = pathlib.Path(f'/proc/{pid}/status').read_text(encoding='ascii')
    return int(re.search(r'^VmHWM:\s+(\d+)', status, re.MULTILINE).group(1)) * 1024


def socket_bytes():
    """What the buffers of all TCP sockets of this machine hold, as the kernel counts it."""
    text = pathlib.Path('/proc/net/sockstat').read_text(encoding='ascii')
    return int(re.search(r'^TCP:.* mem (\d+)', text, re.MULTILINE).group(1)) * os.sysconf('SC_PAGE_SIZE')


def cpu_seconds(pid):
    """CPU time of the whole process, from the kernel's clock of it: /proc counts in steps of 10 ms."""
    return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED of a process, as clock_getcpuclockid(3) makes it
