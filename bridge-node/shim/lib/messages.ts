// The configuration of messages, per agent.

import { at, list, type Json } from './values.js';

const agentOf = (cfg: unknown, id: unknown): unknown => list(at(cfg, 'agents', 'list')).find((agent) => at(agent, 'id') === id);

export function resolveEffectiveMessagesConfig(cfg: unknown, agentId?: unknown, options: Json = {}): Json {
  const messages = at(cfg, 'messages') ?? {};
  const name = at(agentOf(cfg, agentId), 'identity', 'name');
  const own = messages.responsePrefix === 'auto' ? (name === undefined ? undefined : `[${name}]`) : messages.responsePrefix;
  return { messagePrefix: messages.messagePrefix ?? options.fallbackMessagePrefix ?? '', ...(own !== undefined && { responsePrefix: own }) };
}

export const resolveHumanDelayConfig = (cfg: unknown, agentId?: unknown): Json | undefined => {
  const defaults = at(cfg, 'agents', 'defaults', 'humanDelay');
  const own = at(agentOf(cfg, agentId), 'humanDelay');
  return defaults === undefined && own === undefined ? undefined : { ...defaults, ...own };
};
