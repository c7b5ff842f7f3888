// HTTPS for the egress tests: HTTP/2 and HTTP/1.1 on one port. Prints its port; ends when its input ends.
// Arguments: key file, certificate file.
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const [keyFile, certificateFile] = process.argv.slice(2);
const identity = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
const server = createSecureServer({ ...identity, allowHTTP1: true });
let connections = 0;
server.on('secureConnection', () => { connections += 1; });

function blocks(response, left) {
  while (left > 0) {
    left -= 1;
    if (!response.write(Buffer.alloc(100000, 'x'))) return response.once('drain', () => blocks(response, left));
  }
  return response.end();
}

const routes = {
  '/version': (request, response) => response.end(`${request.httpVersion} ${connections}`),
  '/echo': (request, response) => request.pipe(response),
  '/gzip': (request, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync('decoded'));
  },
  '/br': (request, response) => {
    response.setHeader('content-encoding', 'br');
    response.end(brotliCompressSync('decoded'));
  },
  '/zstd': (request, response) => {
    // RFC 8878 by hand: one frame of one raw block.
    response.setHeader('content-encoding', 'zstd');
    const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 7, (7 << 3) | 1, 0, 0]);
    response.end(Buffer.concat([head, Buffer.from('decoded')]));
  },
  '/reset': (request, response) => {
    response.write('part');
    setImmediate(() => (response.stream ? response.stream.close(2) : response.socket.destroy()));
  },
  '/dies': (request, response) => {
    response.write('part');
    setImmediate(() => (response.stream ? response.stream.session.destroy() : response.socket.destroy()));
  },
  '/hangs': (request, response) => response.write('part'),
  '/medium': (request, response) => blocks(response, 8),
  '/large': (request, response) => blocks(response, 200),
};
server.on('request', (request, response) => routes[request.url](request, response));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
