// host.hello: versions and the token.

import { CallError } from '../connection/errors.js';
import type { HostHelloParams, HostHelloResult } from '../protocol.js';

export const PROTOCOL = { major: 1, minor: 0 };
const NAME = 'chela-bridge/1.0.0';

const token = process.env.CHELA_HOST_TOKEN ?? '';
delete process.env.CHELA_HOST_TOKEN; // neither plugins nor what they start shall have it

export function answerHello(params: HostHelloParams): HostHelloResult {
  const { protocol } = params;
  if (protocol.major !== PROTOCOL.major) {
    throw new CallError('unsupported', `host.hello: this host speaks protocol ${PROTOCOL.major}, the gateway ${protocol.major}`);
  }
  const minor = Math.min(PROTOCOL.minor, protocol.minor);
  return { protocol: { major: PROTOCOL.major, minor }, host: `${NAME} node/${process.versions.node}`, token };
}
