// Conversations in the form of the OpenAI API, as the kernel sends them, in upstream's form.

import { isObject, type Json } from '../json.js';

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join('');
}

/** The parts of what a person said; data addresses of images become their bytes. */
function userContent(content: unknown): unknown {
  if (!Array.isArray(content)) return textOf(content);
  return content.flatMap((part): Json[] => {
    if (!isObject(part)) return [];
    if (part.type === 'text') return [{ type: 'text', text: part.text }];
    const match = /^data:([^;,]+);base64,(.*)$/s.exec(String((part.image_url as Json | undefined)?.url ?? ''));
    return match === null ? [] : [{ type: 'image', mimeType: match[1], data: match[2] }];
  });
}

function parseArguments(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return {};
  }
}

function assistant(message: Json): Json {
  const text = textOf(message.content);
  const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as Json[]) : [];
  return {
    role: 'assistant',
    content: [
      ...(text === '' ? [] : [{ type: 'text', text }]),
      ...calls.map((call) => {
        const { name, arguments: given } = (call.function ?? {}) as Json;
        return { type: 'toolCall', id: call.id, name, arguments: parseArguments(given) };
      }),
    ],
    stopReason: calls.length > 0 ? 'toolUse' : 'stop',
    timestamp: 0,
  };
}

/** systemPrompt, messages and tools of a turn. */
export function contextOf(messages: readonly Json[], tools: readonly Json[] = []): Json {
  const names = new Map<unknown, unknown>();
  const system: string[] = [];
  const turns: Json[] = [];
  for (const message of messages) {
    if (message.role === 'system' || message.role === 'developer') {
      system.push(textOf(message.content));
    } else if (message.role === 'assistant') {
      for (const call of (Array.isArray(message.tool_calls) ? message.tool_calls : []) as Json[]) names.set(call.id, (call.function as Json)?.name);
      turns.push(assistant(message));
    } else if (message.role === 'tool') {
      turns.push({ role: 'toolResult', toolCallId: message.tool_call_id, toolName: names.get(message.tool_call_id) ?? '',
        content: [{ type: 'text', text: textOf(message.content) }], isError: false, timestamp: 0 });
    } else {
      turns.push({ role: 'user', content: userContent(message.content), timestamp: 0 });
    }
  }
  return {
    systemPrompt: system.join('\n\n'),
    messages: turns,
    tools: tools.map((tool) => {
      const { name, description, parameters } = (tool.function ?? tool) as Json;
      return { name, description, parameters };
    }),
  };
}
