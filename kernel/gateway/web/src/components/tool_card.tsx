import {memo} from '../memo.ts';
import {argumentsLine, duration, prettyArguments} from '../format.ts';
import type {ToolCall} from '../thread.ts';
import {CopyButton} from './copy_button.tsx';
import {CheckIcon, ChevronIcon, CloseIcon, WarnIcon} from './icons.tsx';
import {Revealed} from './revealed.tsx';

const kLabels = {running: 'Running', completed: 'Completed', failed: 'Failed', blocked: 'Blocked'} as const;

function StatusIcon({status}: {status: ToolCall['status']}) {
  if (status === 'running') return <span class="spinner" />;
  if (status === 'completed') return <CheckIcon />;
  return status === 'blocked' ? <WarnIcon /> : <CloseIcon />;
}

function Part({title, text}: {title: string; text: string}) {
  return (
    <div class="tool-part">
      <div class="tool-part-head"><span>{title}</span><CopyButton label={`Copy ${title.toLowerCase()}`} text={() => text} /></div>
      <pre tabIndex={0}><Revealed text={text} /></pre>
    </div>
  );
}

/** One call of a tool: what and how long in one line, arguments and result when opened. */
export const ToolCard = memo(({call}: {call: ToolCall}) => {
  const hasArguments = call.arguments !== '' && call.arguments !== '{}';
  return (
    <details class={`tool-card ${call.status}`} data-tool={call.name} data-status={call.status}>
      <summary>
        <span class="tool-status" role="img" aria-label={kLabels[call.status]} title={kLabels[call.status]}><StatusIcon status={call.status} /></span>
        <span class="tool-name"><Revealed text={call.name} /></span>
        <span class="tool-arguments"><Revealed text={hasArguments ? argumentsLine(call.arguments) : ''} /></span>
        <span class="tool-time">{call.status === 'completed' || call.status === 'running' ? duration(call.durationMs) : kLabels[call.status]}</span>
        <ChevronIcon />
      </summary>
      {hasArguments && <Part title="Arguments" text={prettyArguments(call.arguments)} />}
      {call.output ? <Part title="Result" text={call.output} />
        : <p class="quiet">{call.status === 'running' ? 'No output yet.' : 'No output.'}</p>}
    </details>
  );
});
