// Modules of upstream's real SDK in which a few functions reach into a running gateway: those functions become ours, the
// rest stays. A plugin that begins a turn by an import, or adds a route, is served as one that does it by its api.

import { readFileSync } from 'node:fs';
import * as module from 'node:module';

const MARK = 'chela=ours';

/** What a module exports instead; `host()` is the runtime of the plugin that calls, `real` the module itself. */
const ROUTES = `export const registerPluginHttpRoute = (route) => here().addRoute(route);
export const registerWebhookTargetWithPluginRoute = ({ route, ...given }) => real.registerWebhookTarget(given.targetsByPath, given.target, {
  onFirstPathTarget: ({ path }) => here().addRoute({ ...route, path }), onLastPathTargetRemoved: given.onLastPathTargetRemoved });`;
const REPLIES = ['dispatchReplyWithBufferedBlockDispatcher', 'dispatchReplyFromConfig', 'createReplyDispatcherWithTyping', 'withReplyDispatcher', 'settleReplyDispatcher'];
const reply = (name: string) => `export const ${name} = (...given) => host().channel.reply.${name}(...given);`;
const EVENTS = `export const enqueueSystemEvent = (...given) => host().system.enqueueSystemEvent(...given);
export const enqueueRoutedSystemEvent = (text, route = {}) => host().system.enqueueSystemEvent(text, { ...route, sessionKey: route.sessionKey ?? route.route?.sessionKey });`;
const OURS: Record<string, string> = {
  'channel-inbound': `export const runChannelInboundEvent = (turn) => host().channel.inbound.run(turn);
export const dispatchChannelInboundTurn = (turn) => host().channel.inbound.dispatch(turn);
export const dispatchChannelInboundReply = (turn) => host().channel.inbound.dispatchReply(turn);
export const runPreparedInboundReply = (turn) => host().channel.inbound.runPreparedReply(turn);
export const dispatchInboundDirectDm = (given) => real.dispatchInboundDirectDmWithRuntime({ ...given, runtime: host() });`,
  // Upstream's own loads the parts of a channel past the hooks that all this rests on.
  'channel-entry-contract': ['defineBundledChannelEntry', 'defineBundledChannelSetupEntry', 'loadBundledEntryExportSync']
    .map((name) => `export const ${name} = ours.${name};`).join('\n'),
  'reply-runtime': REPLIES.slice(0, 1).map(reply).join('\n'),
  'reply-dispatch-runtime': REPLIES.slice(0, 2).map(reply).join('\n'),
  'inbound-reply-dispatch': `export const dispatchChannelInboundReply = (turn) => host().channel.inbound.dispatchReply(turn);
export const runPreparedInboundReply = (turn) => host().channel.inbound.runPreparedReply(turn);`,
  'plugin-runtime': `export const dispatchPluginInteractiveHandler = (event) => here().dispatchInteractive(event);
export const createChannelInteractiveDispatcher = (config) => (given) => here().interactiveDispatcher(config)(given);`,
  'webhook-ingress': ROUTES,
  'webhook-targets': ROUTES,
  'system-event-runtime': EVENTS,
  'heartbeat-runtime': 'export const requestHeartbeat = (...given) => host().system.requestHeartbeat(...given);',
};

let installed = false;

/** The address of a module of the real SDK as plugins get it; `subpath` says which it is. */
export function oursOver(subpath: string | undefined, url: string): string {
  if (subpath === undefined || OURS[subpath] === undefined) return url;
  install();
  return `${url}?${MARK}-${subpath}`;
}

/** Only what the module has is replaced: a name that this line of the package lacks stays unknown. */
function sourceOf(url: string, subpath: string): string {
  const real = url.split('?', 1)[0]!;
  const text = readFileSync(new URL(real), 'utf8');
  const lines = OURS[subpath]!.split(/\n(?=export)/).filter((line) => text.includes(/const (\w+)/.exec(line)![1]!));
  const shim = subpath === 'channel-entry-contract' ? `import * as ours from ${JSON.stringify(new URL(`../shim/sdk/${subpath}.js`, import.meta.url).href)};\n` : '';
  return `import * as real from ${JSON.stringify(real)};\nexport * from ${JSON.stringify(real)};\n${shim}`
    + `const here = () => globalThis[Symbol.for('chela.host')];\nconst host = () => here()();\n${lines.join('\n')}\n`;
}

function install(): void {
  if (installed) return;
  installed = true;
  module.registerHooks({
    load(url, context, next) {
      const subpath = /\?chela=ours-([\w-]+)$/.exec(url)?.[1];
      return subpath === undefined ? next(url, context) : { format: 'module', source: sourceOf(url, subpath), shortCircuit: true };
    },
  });
}
