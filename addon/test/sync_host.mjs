// A host process of the connection alone: each `tool.call` does what its arguments say with calls that block.
// Run by sync.test.mjs; the first argument is the folder `dist/connection/` of the built bridge, beside which the addon lies.

const folder = new URL(process.argv[2]);
const { SocketCarrier } = await import(new URL('socket.js', folder));
const { Peer } = await import(new URL('peer.js', folder));

const actions = {
  ask: (peer, { method, params, timeoutMs }) => peer.requestSync(method, params ?? {}, timeoutMs),
  measure: (peer, { calls }) => {
    const times = [];
    for (let call = 0; call < calls; call += 1) {
      const begin = process.hrtime.bigint();
      peer.requestSync('echo', { call });
      times.push(Number(process.hrtime.bigint() - begin) / 1000);
    }
    return { p50: times.toSorted((a, b) => a - b)[calls >> 1] };
  },
};
const order = [];
const handler = {
  request: (method, params) => {
    order.push(method);
    if (method === 'order') return { order };
    const result = actions[method](peer, params);
    return method === 'ask' ? { result, order: [...order] } : result;
  },
  notification: (method) => order.push(method),
};
let peer;
const carrier = new SocketCarrier((text) => peer.receive(text));
peer = new Peer(carrier, handler, () => undefined);
