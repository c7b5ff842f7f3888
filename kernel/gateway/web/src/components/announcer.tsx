import {useSignal, useSignalEffect} from '@preact/signals';
import {useRef} from 'preact/hooks';
import {thread} from '../conversation.ts';
import type {AssistantItem, Thread} from '../thread.ts';

const kKept = 6;

interface Progress {answer: string; spoken: number; tools: number; state: string}

function runningOrLast(current: Thread): AssistantItem | null {
  const item = current.items.findLast(found => found.role === 'assistant');
  return item?.role === 'assistant' ? item : null;
}

const kSpokenMax = 3000; // nobody listens to more at once; the rest is in the conversation

function plain(text: string): string {
  return text.slice(0, kSpokenMax).replace(/```\w*|[*_`#>|]/g, '').replace(/\[([^[\]]*)\]\([^()]*\)/g, '$1').trim();
}

/** What is new since `before`: whole paragraphs only, so that a screen reader is not restarted with every token. */
export function nextLines(before: Progress, item: AssistantItem): {lines: string[]; progress: Progress} {
  const lines: string[] = [];
  const text = item.blocks.flatMap(block => block.kind === 'text' ? [block.text] : []).join('\n\n');
  const tools = item.blocks.flatMap(block => block.kind === 'tool' ? [block.call] : []);
  const known = before.answer === item.id ? before : {answer: item.id, spoken: 0, tools: 0, state: ''};
  if (known.state === '' && item.state === 'running') lines.push('Chela is answering');
  for (const call of tools.slice(known.tools)) lines.push(`Using ${call.name}`);
  const end = item.state === 'running' ? text.lastIndexOf('\n\n') : text.length;
  const fresh = end > known.spoken ? plain(text.slice(known.spoken, end)) : '';
  if (fresh) lines.push(fresh);
  if (item.state !== 'running' && known.state !== item.state) {
    if (item.state === 'cancelled') lines.push('Stopped');
    if (item.problem) lines.push(`Error: ${item.problem}`);
  }
  return {lines, progress: {answer: item.id, spoken: Math.max(end, known.spoken), tools: tools.length, state: item.state}};
}

/**
 * The live region. History is not read out: only answers that were seen running, or whose question was seen without an
 * answer (a quick answer is complete within the frame in which it begins).
 */
export function Announcer() {
  const progress = useRef<Progress>({answer: '', spoken: 0, tools: 0, state: ''});
  const lines = useSignal<readonly {key: number; text: string}[]>([]);
  const unanswered = useRef('');
  const lastKey = useRef(0);
  useSignalEffect(() => {
    const item = thread.value && runningOrLast(thread.value);
    const last = thread.value?.items.at(-1);
    if (last?.role === 'user') unanswered.current = last.id;
    if (!item || (item.state !== 'running' && progress.current.answer !== item.id && item.replyTo !== unanswered.current)) return;
    if (item.replyTo === unanswered.current) unanswered.current = '';
    const next = nextLines(progress.current, item);
    progress.current = next.progress;
    if (next.lines.length === 0) return;
    const added = next.lines.map(text => ({key: ++lastKey.current, text}));
    lines.value = [...lines.peek(), ...added].slice(-kKept);
  });
  return (
    <div class="offscreen" role="log" aria-live="polite" aria-relevant="additions">
      {lines.value.map(line => <p key={line.key}>{line.text}</p>)}
    </div>
  );
}
