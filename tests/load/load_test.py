"""Many clients at once, against the built gateway: short forms of what tools/bench measures, with the thresholds of issue 3.

CHELA_LONG=1 runs them in full size. The last tests plant faults and see that the first ones would notice.
"""

import contextlib
import os
import pathlib
import signal
import socket
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get('CHELA_BUILD_DIR', ROOT / 'build' / os.environ.get('CHELA_PRESET', 'dev')))
BINARIES = BUILD / 'bin'
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / 'tools' / 'benchmarks'))
import load  # noqa: E402
from processes import peak_bytes, resident_mib, running_gateway  # noqa: E402

COUNTS = load.FULL if os.environ.get('CHELA_LONG') else load.SHORT
IDLE_BYTES_MAX = 1536
IDLE_CPU_US_MAX = 500  # per second, for all of them: one look around, not one per connection
STREAM_BYTES_MAX = {'http': 44 * 1024, 'ws': 50 * 1024}  # the aim is 40 KB: docs/benchmarks.md names the distance
STALL_MS_MAX = 200  # beyond the longest gap of the model itself: one piece
P99_RATIO_MAX = 2
FLOOD_BYTES_MAX = 6 << 20
UPGRADE = (b'GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
           b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n')


def text_frame(text):
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text


@contextlib.contextmanager
def stumbling(pid, pause_s, walk_s):
    """Stops the process for a moment now and then: the planted fault."""
    over = threading.Event()

    def stumble():
        while not over.wait(walk_s):
            os.kill(pid, signal.SIGSTOP)
            over.wait(pause_s)
            os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=stumble)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        os.kill(pid, signal.SIGCONT)


class LoadTest(unittest.TestCase):
    def check_idle(self, path):
        found = load.measure_idle_sockets(BINARIES, COUNTS['idle_sockets'], path)
        self.assertEqual(found['held'], COUNTS['idle_sockets'])
        self.assertLessEqual(found['cpu_us_per_s'], IDLE_CPU_US_MAX)
        return found['bytes_each']

    def test_an_idle_connection_costs_its_sockets_state(self):
        self.assertLessEqual(self.check_idle('/ws'), IDLE_BYTES_MAX)

    def test_streams_side_by_side_are_small_and_do_not_stall(self):
        found = load.measure_streams(BINARIES, COUNTS['streams'])
        for kind in ('http', 'ws'):
            with self.subTest(kind):
                self.assertEqual(found[kind]['pieces'], COUNTS['streams'] * load.STREAM_PIECES)
                self.assertLessEqual(found[kind]['bytes_each'], STREAM_BYTES_MAX[kind])
                self.assertLessEqual(load.stall_ms(found, kind), STALL_MS_MAX)

    def test_slow_clients_do_not_slow_a_good_one(self):
        found = load.measure_slow_clients(BINARIES, COUNTS['slow_clients'])
        self.assertEqual(found['refused'], 0)
        self.assertLess(load.best_p99(found['crowded']) / load.median_p99(found['quiet']), P99_RATIO_MAX)

    def test_a_flood_of_small_messages_is_not_held(self):
        config = {'gateway': {'webSocket': {'messagesPerMinutePerConnection': 0}}}
        with running_gateway(BINARIES, config) as (gateway, port), socket.create_connection(('127.0.0.1', port)) as client:
            client.sendall(UPGRADE)
            client.recv(4096)
            client.sendall(text_frame(b'{"type":"hello"}'))
            client.recv(4096)
            before = resident_mib(gateway.pid)['total'] * 2**20
            client.sendall(text_frame(b'{"type":"heartbeat"}') * 500_000)
            client.sendall(text_frame(b'{"type":"hello"}'))
            self.assertIn(b'attached', client.recv(4096))
            self.assertLess(peak_bytes(gateway.pid) - before, FLOOD_BYTES_MAX)


class PlantedFaultTest(unittest.TestCase):
    """A gateway that stops for a moment now and then is noticed."""

    def test_a_stall_of_streams(self):
        found = load.measure_streams(BINARIES, 50, ('ws',), lambda pid: stumbling(pid, 0.6, 2))
        self.assertGreater(load.stall_ms(found, 'ws'), STALL_MS_MAX)

    def test_a_good_client_that_waits(self):
        found = load.measure_slow_clients(BINARIES, 50, lambda pid: stumbling(pid, 0.03, 0.04))
        self.assertGreater(load.best_p99(found['crowded']) / load.median_p99(found['quiet']), P99_RATIO_MAX)


if __name__ == '__main__':
    unittest.main()
