// Hooks about messages that a channel sends by itself. The gateway runs the hooks of what it delivers.

import type { Json } from '../lib/values.js';

export function fireAndForgetHook(work: Promise<unknown>, label: string, log: (line: string) => void = () => {}): void {
  void work.catch((error: unknown) => log(`${label}: ${String(error)}`));
}

export const buildCanonicalSentMessageHookContext = (params: Json): Json =>
  ({ ...params, conversationId: params.conversationId ?? params.to, isGroup: params.isGroup === true });

export const toPluginMessageContext = ({ channelId, accountId, conversationId, sessionKey, runId, messageId, senderId }: Json): Json =>
  ({ channelId, accountId, conversationId, sessionKey, runId, messageId, senderId });

export const toPluginMessageSentEvent = ({ to, content, success, messageId, sessionKey, runId, error }: Json): Json =>
  ({ to, content, success, messageId, sessionKey, runId, ...(error && { error }) });

/** None: hooks are run by the gateway, for every plugin, around each delivery. */
export const getGlobalHookRunner = (): null => null;
