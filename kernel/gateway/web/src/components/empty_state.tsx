import {send} from '../conversation.ts';
import {ClawMark} from './icons.tsx';

const kExamples = [
  {title: 'What time is it?', hint: 'A first tool call'},
  {title: 'List the files in my workspace', hint: 'Reads only what you allow'},
  {title: 'What can you do?', hint: 'A short tour'},
];

export function EmptyState() {
  return (
    <div class="empty">
      <ClawMark />
      <h2>What shall we get hold of?</h2>
      <p>This page talks to your own gateway, and to nothing else.</p>
      <ul class="examples">
        {kExamples.map(({title, hint}) => (
          <li key={title}>
            <button type="button" onClick={() => send(title)}><strong>{title}</strong><span>{hint}</span></button>
          </li>
        ))}
      </ul>
    </div>
  );
}
