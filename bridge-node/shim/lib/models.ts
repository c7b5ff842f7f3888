// Names of models as the configuration has them: provider/model.

import { at, list, text, type Json } from './values.js';

export const DEFAULT_PROVIDER = 'openai';

export function parseModelRef(raw: string, defaultProvider: string): Json | null {
  const name = raw.trim();
  const [, provider, model] = /^([^/]*)\/([\s\S]*)$/.exec(name) ?? [undefined, defaultProvider, name];
  const found = { provider: provider!.trim().toLowerCase(), model: model!.trim() };
  return found.provider === '' || found.model === '' ? null : found;
}

const primaryOf = (model: unknown): string | undefined => (typeof model === 'string' ? text(model) : text(at(model, 'primary')));

export function resolveAgentEffectiveModelPrimary(cfg: Json, agentId: string): string | undefined {
  const agent = list(at(cfg, 'agents', 'list')).find((one) => one?.id === agentId);
  return primaryOf(agent?.model) ?? primaryOf(at(cfg, 'agents', 'defaults', 'model'));
}
