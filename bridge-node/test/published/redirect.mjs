// In the host process: https requests and fetch() go to the stand-in, whatever host they name.

import http from 'node:http';
import https from 'node:https';

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
