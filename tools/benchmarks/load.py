"""What many clients at once cost the gateway, and each other. Used by tools/bench and tests/load."""

import contextlib
import statistics
import subprocess
import threading
import time

from processes import Conversation, cpu_seconds, own_bytes, running, running_gateway, socket_bytes, upstream_config

WARM_CONNECTIONS = 100  # what the first ones cost is no cost of the others
WARM_STREAMS = 10  # few: what they have freed is used again, and does not count as growth
SETTLE_S = 1.0
STREAM_PIECES = 50
STREAM_INTERVAL_MS = 200
SLOW_WINDOWS = 3
SLOW_WINDOW_S = 3
# What issue 3 asks for, and what is enough to see that it still holds.
FULL = {'idle_sockets': 10_000, 'streams': 1_000, 'slow_clients': 2_000}
SHORT = {'idle_sockets': 1_000, 'streams': 200, 'slow_clients': 200}
WIDE_OPEN = {'http': {'connectionsMax': 1_000_000, 'connectionsPerIpMax': 1_000_000},
             'webSocket': {'maxConnections': 1_000_000, 'maxConnectionsPerIp': 1_000_000}}


def measure_idle_sockets(binaries, count, path='/ws', quiet_s=10):
    """Memory and CPU of WebSockets that say nothing. Measured before the first ping, which comes after 30 s."""
    client = str(binaries / 'bench_idle_client')
    with running_gateway(binaries, {'gateway': WIDE_OPEN}) as (gateway, port), \
            Conversation(client, port, WARM_CONNECTIONS, path.replace('#', 'warm-#')) as warm:
        warm.hear('open')
        time.sleep(SETTLE_S)
        before, kernel_before = own_bytes(gateway.pid), socket_bytes()
        with Conversation(client, port, count, path) as many:
            opened = int(many.hear('open')[0])
            time.sleep(SETTLE_S)
            grown, kernel_grown = own_bytes(gateway.pid) - before, socket_bytes() - kernel_before
            cpu = cpu_seconds(gateway.pid)
            time.sleep(quiet_s)
            cpu = cpu_seconds(gateway.pid) - cpu
            many.finish()
            held = int(many.hear('held')[0])
    return {'connections': opened, 'held': held, 'bytes_each': grown / count, 'kernel_buffer_bytes_each': kernel_grown / count,
            'cpu_us_per_s': cpu / quiet_s * 1e6}


def most_own_bytes(pid, ended):
    """The largest of many looks, until `ended`."""
    most = 0
    while not ended.wait(0.1):
        most = max(most, own_bytes(pid))
    return most


def undisturbed(_pid):
    return contextlib.nullcontext()


def run_streams(binaries, kind, port, count, pid=None):
    with Conversation(binaries / 'bench_stream_client', kind, port, count, STREAM_PIECES) as client:
        client.hear('open')
        result, ended = {}, threading.Event()
        if pid:
            time.sleep(SETTLE_S)
            before, cpu = own_bytes(pid), cpu_seconds(pid)
            watch = threading.Thread(target=lambda: result.update(most=most_own_bytes(pid, ended)))
            watch.start()
        try:
            client.go_on()
            client.hear('streaming')
            names = ('pieces', 'delay_p50_ms', 'delay_p99_ms', 'delay_max_ms', 'gap_max_ms', 'model_gap_max_ms')
            result.update(zip(names, map(float, client.hear())))
        finally:
            ended.set()
        if pid:
            watch.join()
            result['bytes_each'] = (result.pop('most') - before) / count
            result['cpu_us_per_piece'] = (cpu_seconds(pid) - cpu) / result['pieces'] * 1e6
    result['streams'] = count
    return result


def stall_ms(results, kind):
    """How much longer than the model's own the longest gap was, with or without a gateway between."""
    ours, direct = results[kind], results['direct']
    return ours['gap_max_ms'] - max(ours['model_gap_max_ms'], direct['gap_max_ms'])


def measure_streams(binaries, count, kinds=('http', 'ws'), disturb=undisturbed):
    """Turns at once, while the model speaks slowly; `direct` is the same without a gateway between.

    `disturb(pid)` is a context around what happens to the gateway, for planted faults; here as below.
    """
    model = [str(binaries / 'bench_paced_model'), str(STREAM_PIECES), str(STREAM_INTERVAL_MS)]
    results = {}
    with running(model) as (_, model_port):
        results['direct'] = run_streams(binaries, 'http', model_port, count)
        for kind in kinds:
            with running_gateway(binaries, upstream_config(model_port, **WIDE_OPEN)) as (gateway, port):
                run_streams(binaries, kind, port, WARM_STREAMS)  # loads the provider and libcurl
                with disturb(gateway.pid):
                    results[kind] = run_streams(binaries, kind, port, count, gateway.pid)
    return results


def run_steady(binaries, port):
    done = subprocess.run([str(binaries / 'bench_steady_client'), str(port), str(SLOW_WINDOW_S)], check=True,
                          stdout=subprocess.PIPE, text=True)
    return dict(zip(('answers', 'p50_us', 'p99_us', 'max_us'), map(float, done.stdout.split())))


def median_p99(windows):
    return statistics.median(window['p99_us'] for window in windows)


def best_p99(windows):
    """The machine's other work may spoil a window; what the gateway does wrong is in all of them."""
    return min(window['p99_us'] for window in windows)


def measure_slow_clients(binaries, count, disturb=undisturbed):
    """A good client alone, beside `count` slow ones, and alone again, in windows of which the median counts."""
    config = {'gateway': {'http': {'headerTimeoutSeconds': 10}}}
    with running_gateway(binaries, config) as (gateway, port):
        run_steady(binaries, port)
        quiet = [run_steady(binaries, port) for _ in range(SLOW_WINDOWS)]
        with Conversation(binaries / 'bench_slow_client', port, count) as slow:
            slow.hear('open')
            cpu, start = cpu_seconds(gateway.pid), time.monotonic()
            with disturb(gateway.pid):
                crowded = [run_steady(binaries, port) for _ in range(SLOW_WINDOWS)]
            cpu_share = (cpu_seconds(gateway.pid) - cpu) / (time.monotonic() - start)
            slow.finish()
            _, reopened, _, refused = slow.hear()
        time.sleep(SETTLE_S)
        quiet += [run_steady(binaries, port) for _ in range(SLOW_WINDOWS)]
    return {'slow_clients': count, 'quiet': quiet, 'crowded': crowded, 'reopened': int(reopened), 'refused': int(refused),
            'cpu_share': cpu_share, 'p99_ratio': median_p99(crowded) / median_p99(quiet)}
