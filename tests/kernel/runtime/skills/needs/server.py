#!/usr/bin/env python3
"""Downloads and an npm registry for install_test.cpp: prints its port, then serves until its input ends."""

import base64
import bz2
import hashlib
import http.server
import io
import json
import sys
import tarfile
import threading
import zipfile

SCRIPT = b'#!/bin/sh\necho tool\n'


def tar(entries, mode='w:gz'):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode=mode) as out:
        for name, data, link in entries:
            info = tarfile.TarInfo(name)
            info.mode = 0o755
            if link:
                info.type, info.linkname = tarfile.SYMTYPE, link
            else:
                info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return raw.getvalue()


def zipped(entries):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, 'w') as out:
        for name, data in entries:
            out.writestr(name, data)
    return raw.getvalue()


NODE_PACKAGE = tar([
    ('package/package.json', json.dumps({'name': 'tiny-tool', 'version': '1.0.0', 'bin': {'tiny-tool': 'cli.js'},
                                         'scripts': {'install': 'touch "$HOME/script-ran"'}}).encode(), ''),
    ('package/cli.js', b'#!/usr/bin/env node\nconsole.log("tiny")\n', ''),
])

FILES = {
    '/tool.tar.gz': tar([('tool-1.0/bin/tool', SCRIPT, ''), ('tool-1.0/README', b'read', '')]),
    '/tool.tar.bz2': tar([('tool-1.0/bin/tool', SCRIPT, '')], 'w:bz2'),
    '/tool.zip': zipped([('bin/tool', SCRIPT)]),
    '/tool': SCRIPT,
    '/links.tar.gz': tar([('tool', b'', '/etc/passwd')]),
    '/up.tar.gz': tar([('../outside', b'x', '')]),
    '/flat.tar.gz': tar([('tool', SCRIPT, '')]),
    '/bomb.tar.bz2': bz2.compress(tar([('tool', bytes(64 << 20), '')], 'w')),
    '/tiny-tool-1.0.0.tgz': NODE_PACKAGE,
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith('/to?'):
            self.send_response(302)
            self.send_header('Location', self.path[4:])
            self.end_headers()
            return
        body = FILES.get(self.path)
        if self.path == '/tiny-tool':
            base = f'http://127.0.0.1:{self.server.server_port}'
            digest = base64.b64encode(hashlib.sha512(NODE_PACKAGE).digest()).decode()
            dist = {'tarball': base + '/tiny-tool-1.0.0.tgz', 'integrity': 'sha512-' + digest}
            version = {'name': 'tiny-tool', 'version': '1.0.0', 'bin': {'tiny-tool': 'cli.js'}, 'dist': dist,
                       'hasInstallScript': True}
            body = json.dumps({'name': 'tiny-tool', 'dist-tags': {'latest': '1.0.0'},
                               'versions': {'1.0.0': version}}).encode()
        self.send_response(200 if body is not None else 404)
        self.send_header('Content-Length', str(len(body or b'')))
        self.end_headers()
        self.wfile.write(body or b'')

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
