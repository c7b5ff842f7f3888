#!/usr/bin/env python3
"""Plays WebSocket cases with wsproto, which somebody else wrote.

Standard input: {"port", "path", "mark", "cases": [{"greeting", "frames": [{"opcode", "fin", "payload"}], "ends"}]}, payloads
in hexadecimal. Standard output: for each case the list of what came back, [{"kind", "payload"}] or [{"kind": "close", "code"}].
"""

import json
import socket
import sys

from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (AcceptConnection, BytesMessage, CloseConnection, Ping, Pong, Request, TextMessage)

TIMEOUT_S = 15


class Client:
    def __init__(self, port, path):
        self.socket = socket.create_connection(('127.0.0.1', port), TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = WSConnection(ConnectionType.CLIENT)
        self.pieces = []
        self.events = []
        self.send(Request(host=f'127.0.0.1:{port}', target=path))
        self.receive_until(lambda: self.connection.state == ConnectionState.OPEN)

    def send(self, event):
        self.socket.sendall(self.connection.send(event))

    def receive_until(self, done):
        while not done():
            data = self.socket.recv(1 << 20)
            self.connection.receive_data(data or None)
            for event in self.connection.events():
                self.take(event)
            if not data:
                return

    def take(self, event):
        if isinstance(event, (TextMessage, BytesMessage)):
            text = isinstance(event, TextMessage)
            self.pieces.append(event.data.encode() if text else bytes(event.data))
            if event.message_finished:
                self.events.append({'kind': 'text' if text else 'binary', 'payload': b''.join(self.pieces).hex()})
                self.pieces = []
        elif isinstance(event, Pong):
            self.events.append({'kind': 'pong', 'payload': bytes(event.payload).hex()})
        elif isinstance(event, Ping):
            self.send(event.response())
        elif isinstance(event, CloseConnection):
            if self.closed():
                return  # wsproto's word for the end of the connection, after the handshake
            self.events.append({'kind': 'close', 'code': int(event.code)})
            if self.connection.state == ConnectionState.REMOTE_CLOSING:
                self.send(event.response())
        elif not isinstance(event, AcceptConnection):
            raise RuntimeError(f'unexpected event: {event}')

    def closed(self):
        return bool(self.events) and self.events[-1]['kind'] == 'close'

    def send_frame(self, opcode, fin, payload, within):
        if opcode == 'ping':
            self.send(Ping(payload))
        elif opcode == 'pong':
            self.send(Pong(payload))
        elif opcode == 'close':
            code = int.from_bytes(payload[:2], 'big') if payload else 1005
            self.send(CloseConnection(code, payload[2:].decode() or None))
        elif within == 'text':
            self.send(TextMessage(payload.decode(), message_finished=fin))
        else:
            self.send(BytesMessage(payload, message_finished=fin))


def play(job, case):
    client = Client(job['port'], job['path'])
    if case['greeting']:
        client.send(TextMessage(case['greeting']))
        client.receive_until(lambda: client.events)
        client.events.clear()
    within = None
    for frame in case['frames']:
        opcode = frame['opcode']
        within = opcode if opcode in ('text', 'binary') else within
        client.send_frame(opcode, frame['fin'], bytes.fromhex(frame['payload']), within)
    if not case['ends']:
        mark = job['mark'].encode()
        client.send(Ping(mark))
        client.receive_until(lambda: {'kind': 'pong', 'payload': mark.hex()} in client.events)
        client.send(CloseConnection(1000))
    client.receive_until(lambda: False)
    client.socket.close()
    return client.events


def main():
    job = json.load(sys.stdin)
    json.dump([play(job, case) for case in job['cases']], sys.stdout)


if __name__ == '__main__':
    main()
