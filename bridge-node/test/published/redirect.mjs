// In the host process: https requests and fetch() go to the stand-in, whatever host they name.

import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const port = Number(process.env.STAND_IN);
const elsewhere = (options, done) => http.request({ ...options, protocol: 'http:', host: '127.0.0.1', hostname: '127.0.0.1', port, agent: undefined, lookup: undefined }, done);
https.request = (options, ...more) => {
  const url = typeof options === 'string' || options instanceof URL ? new URL(options) : undefined;
  const given = url === undefined ? options : { path: url.pathname + url.search, ...(typeof more[0] === 'object' ? more[0] : {}) };
  return elsewhere(given, more.find((part) => typeof part === 'function'));
};
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const url = new URL(typeof input === 'string' || input instanceof URL ? input : input.url);
  return url.hostname === '127.0.0.1' ? fetch(input, init) : fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, init);
};
// Upstream's guard of requests asks first where a host is, and then uses a fetch() of its own, but for one that a test has replaced.
globalThis.fetch.mock = {};
dns.promises.lookup = async () => [{ address: '93.184.215.14', family: 4 }];
syncBuiltinESMExports();
