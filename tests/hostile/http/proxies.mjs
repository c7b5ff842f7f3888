// nginx and haproxy in front of the gateway, on sockets in a folder of their own. Between each of them and the gateway
// stands a tap that writes down what passes: the proxy marks every request that it sends, so that its reading and the
// gateway's can be compared.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { defer } from '../../e2e/scope.mjs';
import { AnswerReader } from './raw_connection.mjs';
import { eventually } from './process.mjs';

const mark = 'x-sent-by-proxy: yes\r\n';

const nginxConfig = (folder) => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log crit;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  client_header_timeout 1s;
  client_body_timeout 1s;
  keepalive_timeout 1s;
  ignore_invalid_headers off;
  underscores_in_headers on;
  upstream gateway { server unix:${folder}/tap.sock; keepalive 4; }
  server {
    listen unix:${folder}/nginx.sock;
    location / {
      proxy_pass http://gateway;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_read_timeout 2s;
      proxy_set_header Connection "";
      proxy_set_header Host localhost;
      proxy_set_header x-sent-by-proxy yes;
    }
  }
}
`;

// It lets through what it can: the more comes to the gateway, the better.
const haproxyConfig = (folder) => `
global
  maxconn 512
defaults
  mode http
  option accept-invalid-http-request
  timeout connect 2s
  timeout client 1s
  timeout http-request 1s
  timeout http-keep-alive 1s
  timeout server 2s
  http-reuse always
frontend in
  bind unix@${folder}/haproxy.sock
  http-request set-header x-sent-by-proxy yes
  default_backend gateway
backend gateway
  server tap unix@${folder}/tap.sock
`;

export const proxies = {
  nginx: { config: nginxConfig, program: '/usr/sbin/nginx', arguments: (file) => ['-c', file] },
  haproxy: { config: haproxyConfig, program: '/usr/sbin/haproxy', arguments: (file) => ['-db', '-f', file] },
};

// What one connection of the proxy to the gateway carried.
class Passage {
  requests = '';
  answers = new AnswerReader();
  failure = undefined; // of reading the answers
  closedByGateway = false;

  get sent() {
    return this.requests.toLowerCase().split(mark).length - 1;
  }

  get answered() {
    return this.answers.complete.filter(({ status }) => status >= 200).length;
  }

  // The gateway may refuse and close. Otherwise it must see the requests that the proxy has sent, no more and no fewer.
  get agrees() {
    if (this.failure || this.answered > this.sent) return false;
    return this.closedByGateway || this.answered === this.sent;
  }
}

function startTap(path, port, passages) {
  const tap = net.createServer({ allowHalfOpen: true }, (fromProxy) => {
    const passage = new Passage();
    passages.push(passage);
    const toGateway = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const [one, other] of [
      [fromProxy, toGateway],
      [toGateway, fromProxy],
    ]) {
      one.on('error', () => {}).on('close', () => other.destroy());
      one.on('end', () => other.end());
    }
    toGateway.on('end', () => (passage.closedByGateway = true)).on('close', () => (passage.closedByGateway = true));
    fromProxy.on('data', (bytes) => {
      passage.requests += bytes.toString('latin1');
      toGateway.write(bytes);
    });
    toGateway.on('data', (bytes) => {
      try {
        passage.answers.take(bytes);
      } catch (error) {
        passage.failure ??= error;
      }
      fromProxy.write(bytes);
    });
    fromProxy.prependListener('close', () => toGateway.removeAllListeners('close'));
  });
  return new Promise((resolve) => tap.listen(path, () => resolve(tap)));
}

// Starts `name` in `folder` in front of the gateway at `port`; yields where it listens and what passes.
export async function startProxy(t, name, folder, port) {
  const { config, program, arguments: given } = proxies[name];
  mkdirSync(folder);
  const passages = [];
  const tap = await startTap(join(folder, 'tap.sock'), port, passages);
  defer(t, () => tap.close());
  const file = join(folder, `${name}.conf`);
  writeFileSync(file, config(folder));
  const child = spawn(program, given(file), { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  const ended = new Promise((resolve) => child.on('close', resolve).on('error', (error) => resolve((log += error))));
  defer(t, async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const path = join(folder, `${name}.sock`);
  const ready = await eventually(() => existsSync(path) || child.exitCode !== null || log.includes('ENOENT'));
  if (!ready || !existsSync(path)) throw new Error(`${name} does not start; tools/setup --test installs it: ${log}`);
  return { path, passages };
}
