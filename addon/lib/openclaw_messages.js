// A conversation in upstream's form, as providers of chela.provider/1 take it: that of OpenAI's chat completions.

const textOf = (content) => (typeof content === 'string' ? content : (content ?? []).filter((part) => part.type === 'text').map((part) => part.text).join(''));

function userContent(content) {
  if (typeof content === 'string' || !content.some((part) => part.type === 'image')) return textOf(content);
  return content.flatMap((part) => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }];
    return part.type === 'image' ? [{ type: 'image_url', image_url: { url: `data:${part.mimeType};base64,${part.data}` } }] : [];
  });
}

function assistant(message) {
  const parts = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : (message.content ?? []);
  const calls = parts.filter((part) => part.type === 'toolCall');
  return {
    role: 'assistant',
    content: textOf(parts) || null,
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, arguments: given }) => ({ id, type: 'function', function: { name, arguments: JSON.stringify(given ?? {}) } })),
    }),
  };
}

/** An answer that broke off has nothing to continue from. */
const isWhole = (message) => message.role !== 'assistant' || (message.stopReason !== 'error' && message.stopReason !== 'aborted');

export function messagesOf({ systemPrompt, messages = [] }) {
  const out = systemPrompt ? [{ role: 'system', content: systemPrompt }] : [];
  for (const message of messages.filter(isWhole)) {
    if (message.role === 'user') out.push({ role: 'user', content: userContent(message.content) });
    else if (message.role === 'assistant') out.push(assistant(message));
    else if (message.role === 'toolResult') out.push({ role: 'tool', tool_call_id: message.toolCallId, content: textOf(message.content) });
  }
  return out;
}

export const toolsOf = ({ tools = [] }) => tools.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } }));

/** What of upstream's options a provider understands. */
export function optionsOf({ temperature, maxTokens, stop, responseFormat, reasoning } = {}) {
  const effort = typeof reasoning === 'string' && reasoning !== 'off' ? reasoning : undefined;
  return JSON.parse(JSON.stringify({ temperature, maxTokens, stop, responseFormat, reasoningEffort: effort }));
}
