import {memo} from '../memo.ts';
import {useMemo, useRef} from 'preact/hooks';
import {resend, send} from '../conversation.ts';
import {edit} from '../drafts.ts';
import {Markdown} from '../markdown.tsx';
import type {AssistantItem, Block, UserItem} from '../thread.ts';
import {GrowingTokens, tokenize} from '../tokens.ts';
import {CopyButton} from './copy_button.tsx';
import {ChevronIcon, ClawMark, EditIcon, RetryIcon, WarnIcon} from './icons.tsx';
import {ToolCard} from './tool_card.tsx';

/** `unanswered`: the last message, with nobody at work on it, as after a crash of the gateway. */
export const UserMessage = memo(({item, unanswered}: {item: UserItem; unanswered: boolean}) => (
  <article class={`message user ${item.delivery}`} aria-label="You" data-message={item.id}>
    <div class="bubble">{item.text}</div>
    <div class="message-foot">
      {item.delivery === 'queued' && <span class="delivery">Waiting to be sent</span>}
      {item.delivery === 'failed' && <span class="delivery problem">{item.problem}</span>}
      {item.delivery === 'failed' && <button type="button" class="text-button" onClick={() => resend(item.id)}>Send again</button>}
      {unanswered && <span class="delivery">No answer came.</span>}
      {unanswered && <button type="button" class="text-button" onClick={() => send(item.text)}>Ask again</button>}
      <span class="message-actions">
        <Clock at={item.createdAt} />
        <button type="button" class="icon-button small" aria-label="Edit and send again" title="Edit and send again"
          onClick={() => edit(item.text)}><EditIcon /></button>
        <CopyButton label="Copy message" text={() => item.text} />
      </span>
    </div>
  </article>
));

function Clock({at}: {at: number}) {
  if (!at) return null;
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {date.toLocaleTimeString(undefined, {hour: '2-digit', minute: '2-digit'})}
    </time>
  );
}

/** Text that may still be growing: while it does, only its last blocks are split and drawn again. */
const TextBlock = memo(({text, growing}: {text: string; growing: boolean}) => {
  const growth = useRef<GrowingTokens | null>(null);
  const tokens = useMemo(() => {
    if (!growing) return tokenize(text);
    growth.current ??= new GrowingTokens();
    return growth.current.update(text);
  }, [text, growing]);
  return <Markdown tokens={tokens} />;
});

const Reasoning = memo(({text, growing}: {text: string; growing: boolean}) => (
  <details class="reasoning">
    <summary><ChevronIcon /><span class={growing ? 'shimmer' : undefined}>{growing ? 'Thinking…' : 'Thought for a moment'}</span></summary>
    <div class="reasoning-text">{text}</div>
  </details>
));

function BlockView({block, growing}: {block: Block; growing: boolean}) {
  switch (block.kind) {
    case 'text': return <TextBlock text={block.text} growing={growing} />;
    case 'reasoning': return <Reasoning text={block.text} growing={growing} />;
    case 'tool': return <ToolCard call={block.call} />;
  }
}

function answerText(item: AssistantItem): string {
  return item.blocks.flatMap(block => block.kind === 'text' ? [block.text] : []).join('\n\n');
}

function ending(item: AssistantItem): string {
  if (item.state === 'cancelled') return 'Stopped';
  if (item.finishReason === 'length') return 'Cut off at the length limit';
  if (item.finishReason === 'limit') return 'Stopped at a limit of this turn';
  return '';
}

function usageText({usage}: AssistantItem): string {
  if (!usage?.inputTokens && !usage?.outputTokens) return '';
  return `${usage.inputTokens ?? 0} tokens in, ${usage.outputTokens ?? 0} out`;
}

function isThinking(item: AssistantItem): boolean {
  const last = item.blocks.at(-1);
  return item.state === 'running' && (!last || (last.kind === 'tool' && last.call.status !== 'running'));
}

interface Props {item: AssistantItem; question: string; isLast: boolean}

export const AssistantMessage = memo(({item, question, isLast}: Props) => {
  const running = item.state === 'running';
  const failed = item.state === 'error' || item.problem !== undefined;
  const text = running ? '' : answerText(item);
  return (
    <article class={`message assistant ${item.state}`} aria-label="Chela" aria-busy={running} data-message={item.id}>
      <div class="avatar"><ClawMark /></div>
      <div class="message-body">
        {item.blocks.map((block, i) => <BlockView key={i} block={block} growing={running && i === item.blocks.length - 1} />)}
        {isThinking(item) && <div class="typing" role="img" aria-label="Chela is working"><i /><i /><i /></div>}
        {failed && <p class="error-card"><WarnIcon /><span>{item.problem ?? 'This answer ended with an error.'}</span></p>}
        {!running && (
          <div class="message-foot">
            {ending(item) && <span class="ending">{ending(item)}</span>}
            <span class={isLast ? 'message-actions always' : 'message-actions'}>
              {text && <CopyButton label="Copy answer" text={() => text} />}
              {isLast && question && (
                <button type="button" class="icon-button small" aria-label="Ask again" title="Ask again" onClick={() => send(question)}><RetryIcon /></button>
              )}
              <Clock at={item.createdAt} />
              {usageText(item) && <span class="usage">{usageText(item)}</span>}
            </span>
          </div>
        )}
      </div>
    </article>
  );
});
