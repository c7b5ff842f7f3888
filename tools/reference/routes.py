"""What the gateway serves, and what it counts."""

from .markdown import code, table

INTRODUCTION = '''# Routes

What a gateway answers at its port, with who may ask. The shapes of requests and answers: [protocol](../protocol.md).
'''
AFTER_ROUTES = '''`HEAD` is answered wherever `GET` is. Who has no access learns nothing of which routes there are.
Errors are written in the form of Chela or of the OpenAI API: [errors](errors.md).
'''
WEBSOCKET = '''## WebSocket

`/ws` is a `GET` that becomes a WebSocket. A closing names its reason: [close codes](errors.md#websocket-close-codes).
'''
LIMITS = '''## Limits

A body is bounded by its route and by `gateway.http.bodyBytesMax`, whichever is less. What the
[configuration](configuration.md#gateway) bounds: `gateway.http`, `gateway.webSocket` and
`gateway.sessionRateLimitPerMinute`. What it does not change:
'''
METRICS = '''# Metrics

What `/metrics` reports: as JSON, or for Prometheus when the request says `Accept: text/plain`. Counters begin at 0 with
the process; a gauge is the number of the moment.
'''


def body_of(count):
    if count == 0:
        return 'none'
    for unit, size in (('MiB', 1 << 20), ('KiB', 1 << 10)):
        if count % size == 0:
            return f'{count // size} {unit}'
    return f'{count} bytes'


def routes(facts, _):
    gateway = facts['gateway']
    found = [[code(route['method']), code(route['path']), code(route['access']), body_of(route['bodyBytesMax']),
              'OpenAI' if route['openai'] else 'Chela', route['summary']]
             for route in sorted(gateway['routes'], key=lambda route: (route['path'], route['method']))]
    return '\n'.join([
        INTRODUCTION,
        table(['Method', 'Path', 'Access', 'Body', 'Errors', 'Answer'], found),
        AFTER_ROUTES,
        '## Access\n\n' + table(['Access', 'Who'], [[code(row['name']), row['meaning']] for row in gateway['access']]),
        WEBSOCKET,
        LIMITS + '\n' + table(['Of', 'Bound'], [[row['what'], row['bound']] for row in gateway['bounds']]),
    ])


def metrics(facts, _):
    rows = [[code(row['prometheus']), code(row['json']), row['type'], row['help']]
            for row in facts['gateway']['metrics']]
    return METRICS + '\n' + table(['Prometheus', 'JSON', 'Kind', 'Counts'], rows)
