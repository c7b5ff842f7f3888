import type {VNode} from 'preact';

// Characters that are not seen, or that change the order in which others are read: code must not hide behind them.
const kHidden = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]+/gu;
const kShownMax = 4;

function names(hidden: string): string {
  const all = Array.from(hidden, character => `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`);
  return all.length > kShownMax ? `${all.slice(0, kShownMax).join(' ')} … (${all.length})` : all.join(' ');
}

/** Code and what tools were given and gave: as it is, with hidden characters shown by their names. */
export function Revealed({text}: {text: string}) {
  const parts: (string | VNode)[] = [];
  let end = 0;
  for (const match of text.matchAll(kHidden)) {
    parts.push(text.slice(end, match.index), <span key={parts.length} class="hidden-character" title="Hidden character">{names(match[0])}</span>);
    end = match.index + match[0].length;
  }
  return <>{parts}{text.slice(end)}</>;
}
