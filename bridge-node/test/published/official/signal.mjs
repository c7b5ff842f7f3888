// signal-cli's daemon: events as a stream, everything else as JSON-RPC.

import { StandIn } from '../stand_in.mjs';

const ANN = '+15550000002';
let service;
const opened = Promise.withResolvers();
const sent = (text) => service.heard(({ url, body }) => url.startsWith('/api/v1/rpc') && body.includes('"send"') && body.includes(text));

export const signal = {
  name: '@openclaw/signal', version: '2026.9.6', id: 'signal', kinds: ['channel'],
  async begin() {
    service = await StandIn.start({ answer: (req, body) => {
      if (req.url.startsWith('/api/v1/rpc')) return { jsonrpc: '2.0', id: JSON.parse(body).id, result: { timestamp: Date.now() } };
      return {};
    } });
    const [answer] = service.server.listeners('request');
    service.server.removeAllListeners('request');
    service.server.on('request', (req, res) => {
      if (!req.url.startsWith('/api/v1/events')) return answer(req, res);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(':\n\n');
      opened.resolve(res);
    });
    return { enabled: true, account: '+15550000001', transport: { kind: 'external-native', url: `http://127.0.0.1:${service.port}` }, dmPolicy: 'open', allowFrom: ['*'] };
  },
  async receive(text) {
    const stream = await opened.promise;
    const envelope = { source: ANN, sourceNumber: ANN, sourceUuid: '11111111-1111-4111-8111-111111111111', sourceName: 'Ann', sourceDevice: 1, timestamp: Date.now(),
      dataMessage: { timestamp: Date.now(), message: text, expiresInSeconds: 0, viewOnce: false } };
    stream.write(`event:receive\ndata:${JSON.stringify({ envelope, account: '+15550000001' })}\n\n`);
  },
  sent,
  own: { to: ANN, sent },
  end: () => service.end(),
};
