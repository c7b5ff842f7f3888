// Markdown to Preact nodes, without a step in HTML: marked only splits the text into tokens, and this file knows every
// element that can come out. There is nothing to sanitise afterwards, because text from a model never meets an HTML
// parser: raw HTML in it is shown as the characters that it is, images become links, addresses pass safeLink().

import type {ComponentChildren, VNode} from 'preact';
import {memo} from './memo.ts';
import {Lexer, type Token, type Tokens} from 'marked';
import {CodeBlock} from './components/code_block.tsx';
import {safeLink} from './links.ts';

const kDepthMax = 24; // nested quotes and lists beyond this are shown as text

const kNamedEntities: Record<string, string> =
  {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', hellip: '…', mdash: '—', ndash: '–', copy: '©',
   times: '×', rarr: '→', larr: '←', deg: '°', middot: '·', bull: '•', euro: '€'};

/** marked leaves entities to the HTML parser that is not there. Unknown names stay as written. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g, (all, dec, hex, name) => {
    if (name) return kNamedEntities[name] ?? all;
    const code = dec ? Number.parseInt(dec, 10) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
  });
}

function link(href: string, title: string | null | undefined, children: ComponentChildren): ComponentChildren {
  const safe = safeLink(decodeEntities(href));
  if (!safe) return <span class="dead-link" title="This address is not opened from here">{children}</span>;
  return <a href={safe} title={title ?? undefined} target="_blank" rel="noopener noreferrer">{children}</a>;
}

function inlines(tokens: readonly Token[] | undefined, depth: number): ComponentChildren {
  return (tokens ?? []).map(token => inline(token, depth));
}

function inline(token: Token, depth: number): ComponentChildren {
  if (depth > kDepthMax) return token.raw;
  switch (token.type) {
    case 'text': {
      const text = token as Tokens.Text;
      return text.tokens ? inlines(text.tokens, depth + 1) : decodeEntities(text.text);
    }
    case 'escape': return (token as Tokens.Escape).text;
    case 'strong': return <strong>{inlines((token as Tokens.Strong).tokens, depth + 1)}</strong>;
    case 'em': return <em>{inlines((token as Tokens.Em).tokens, depth + 1)}</em>;
    case 'del': return <del>{inlines((token as Tokens.Del).tokens, depth + 1)}</del>;
    case 'codespan': return <code>{(token as Tokens.Codespan).text}</code>;
    case 'br': return <br />;
    case 'checkbox': return null; // listItem() draws it
    case 'link': {
      const found = token as Tokens.Link;
      return link(found.href, found.title, inlines(found.tokens, depth + 1));
    }
    case 'image': { // never loaded: a picture's address would tell its host who reads this, and when
      const image = token as Tokens.Image;
      return link(image.href, image.title, <>🖼 {decodeEntities(image.text) || 'image'}</>);
    }
    default: return token.raw; // html among them
  }
}

function listItem(item: Tokens.ListItem, key: number, depth: number): VNode {
  return (
    <li key={key} class={item.task ? 'task' : undefined}>
      {item.task && <input type="checkbox" checked={item.checked ?? false} disabled aria-label="task" />}
      {item.tokens.filter(token => token.type !== 'checkbox').map((token, i) => block(token, i, depth + 1, !item.loose))}
    </li>
  );
}

function table(token: Tokens.Table, key: number, depth: number): VNode {
  const cell = (from: Tokens.TableCell, i: number, Tag: 'th' | 'td'): VNode =>
    <Tag key={i} class={from.align ? `align-${from.align}` : undefined}>{inlines(from.tokens, depth + 1)}</Tag>;
  return (
    <div key={key} class="table-frame" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead><tr>{token.header.map((c, i) => cell(c, i, 'th'))}</tr></thead>
        <tbody>{token.rows.map((row, r) => <tr key={r}>{row.map((c, i) => cell(c, i, 'td'))}</tr>)}</tbody>
      </table>
    </div>
  );
}

const kHeadings = ['h3', 'h3', 'h4', 'h5', 'h6', 'h6'] as const; // the page itself owns h1 and h2

function block(token: Token, key: number, depth: number, tight = false): ComponentChildren {
  if (depth > kDepthMax) return <p key={key}>{token.raw}</p>;
  switch (token.type) {
    case 'space': case 'def': return null;
    case 'paragraph': return <p key={key}>{inlines((token as Tokens.Paragraph).tokens, depth + 1)}</p>;
    case 'text': {
      const text = token as Tokens.Text;
      const children = text.tokens ? inlines(text.tokens, depth + 1) : decodeEntities(text.text);
      return tight ? children : <p key={key}>{children}</p>;
    }
    case 'heading': {
      const heading = token as Tokens.Heading;
      const Tag = kHeadings[heading.depth - 1] ?? 'h6';
      return <Tag key={key} class={`heading-${heading.depth}`}>{inlines(heading.tokens, depth + 1)}</Tag>;
    }
    case 'code': {
      const code = token as Tokens.Code;
      return <CodeBlock key={key} code={code.text} language={(code.lang ?? '').split(/\s/)[0] ?? ''} />;
    }
    case 'blockquote':
      return <blockquote key={key}>{blocks((token as Tokens.Blockquote).tokens, depth + 1)}</blockquote>;
    case 'list': {
      const list = token as Tokens.List;
      const items = list.items.map((item, i) => listItem(item, i, depth + 1));
      return list.ordered ? <ol key={key} start={list.start || 1}>{items}</ol> : <ul key={key}>{items}</ul>;
    }
    case 'table': return table(token as Tokens.Table, key, depth);
    case 'hr': return <hr key={key} />;
    case 'html': return <p key={key} class="raw-html">{token.raw.trim()}</p>;
    default: return <p key={key}>{inline(token, depth + 1)}</p>;
  }
}

function blocks(tokens: readonly Token[], depth: number): ComponentChildren {
  return tokens.map((token, i) => block(token, i, depth));
}

export function tokenize(text: string): Token[] {
  try {
    return new Lexer({gfm: true, breaks: false, async: false}).lex(text);
  } catch { // marked recurses per level: thousands of nested quotes end its stack
    return [{type: 'paragraph', raw: text, text, tokens: [{type: 'text', raw: text, text, escaped: false}]}];
  }
}

/** How many blocks can no longer change: not the last two, and no list, which may still turn into a loose one. */
function settledCount(tokens: readonly Token[]): number {
  let count = tokens.length;
  for (let open = 2; count > 0; --count) {
    const type = tokens[count - 1]?.type;
    if (type === 'space') continue;
    if (open <= 0 && type !== 'list') break;
    --open;
  }
  return count;
}

/**
 * The tokens of a text that grows at its end. All blocks but the last two are kept as they are (the same objects, so
 * that their nodes are not compared again); only the rest is split anew. A text that is not a continuation starts over.
 */
export class GrowingTokens {
  private text = '';
  private tokens: Token[] = [];

  update(text: string): Token[] {
    let kept = 0;
    let offset = 0;
    if (text.startsWith(this.text)) {
      kept = settledCount(this.tokens);
      for (const token of this.tokens.slice(0, kept)) offset += token.raw.length;
      // marked normalises some characters; if the lengths no longer add up, begin at the start.
      if (this.text.slice(0, offset) !== this.tokens.slice(0, kept).map(token => token.raw).join('')) kept = offset = 0;
    }
    this.tokens = [...this.tokens.slice(0, kept), ...tokenize(text.slice(offset))];
    this.text = text;
    return this.tokens;
  }
}

/** One top-level block; skipped when its token is the same object, or says the same, as before. */
export const Block = memo(
  ({token}: {token: Token}) => <>{block(token, 0, 0)}</>,
  ({token: a}, {token: b}) => a === b || (a.raw === b.raw && a.type === b.type),
);

export function Markdown({tokens}: {tokens: readonly Token[]}) {
  return <div class="markdown">{tokens.map((token, i) => <Block key={i} token={token} />)}</div>;
}
