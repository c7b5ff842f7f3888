// Markdown to Preact nodes, without a step in HTML: tokens.ts only splits the text into tokens, and this file knows every
// element that can come out. There is nothing to sanitise afterwards, because text from a model never meets an HTML
// parser: raw HTML in it is shown as the characters that it is, images become links, addresses pass safeLink().

import type {ComponentChildren, VNode} from 'preact';
import {memo} from './memo.ts';
import type {Token, Tokens} from 'marked';
import {CodeBlock} from './components/code_block.tsx';
import {ImageIcon} from './components/icons.tsx';
import {hostBehind, safeLink} from './links.ts';

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

/** The tooltip is the address itself: a title of the author's choice could name another one. */
function link(href: string, text: string, children: ComponentChildren): ComponentChildren {
  const safe = safeLink(decodeEntities(href));
  if (!safe) return <span class="dead-link" title="This address is not opened from here">{children}</span>;
  const host = hostBehind(decodeEntities(text), safe);
  return (
    <>
      <a href={safe} title={safe} target="_blank" rel="noopener noreferrer">{children}</a>
      {host && <span class="link-host"> ({host})</span>}
    </>
  );
}

function imageName(image: Tokens.Image): ComponentChildren {
  return <><ImageIcon />{decodeEntities(image.text) || 'image'}</>;
}

function inlines(tokens: readonly Token[] | undefined): ComponentChildren {
  return (tokens ?? []).map(token => inline(token));
}

function inline(token: Token): ComponentChildren {
  switch (token.type) {
    case 'text': {
      const text = token as Tokens.Text;
      return text.tokens ? inlines(text.tokens) : decodeEntities(text.text);
    }
    case 'escape': return (token as Tokens.Escape).text;
    case 'strong': return <strong>{inlines((token as Tokens.Strong).tokens)}</strong>;
    case 'em': return <em>{inlines((token as Tokens.Em).tokens)}</em>;
    case 'del': return <del>{inlines((token as Tokens.Del).tokens)}</del>;
    case 'codespan': return <code>{(token as Tokens.Codespan).text}</code>;
    case 'br': return <br />;
    case 'checkbox': return null; // listItem() draws it
    case 'link': {
      const found = token as Tokens.Link;
      return link(found.href, found.text, found.tokens.map(inner => inner.type === 'image' ? imageName(inner as Tokens.Image) : inline(inner)));
    }
    case 'image': { // never loaded: a picture's address would tell its host who reads this, and when
      const image = token as Tokens.Image;
      return link(image.href, '', imageName(image));
    }
    default: return token.raw; // html among them
  }
}

function listItem(item: Tokens.ListItem, key: number): VNode {
  return (
    <li key={key} class={item.task ? 'task' : undefined}>
      {item.task && <input type="checkbox" checked={item.checked ?? false} disabled aria-label="task" />}
      {item.tokens.filter(token => token.type !== 'checkbox').map((token, i) => block(token, i, !item.loose))}
    </li>
  );
}

function table(token: Tokens.Table, key: number): VNode {
  const cell = (from: Tokens.TableCell, i: number, Tag: 'th' | 'td'): VNode =>
    <Tag key={i} class={from.align ? `align-${from.align}` : undefined}>{inlines(from.tokens)}</Tag>;
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

function block(token: Token, key: number, tight = false): ComponentChildren {
  switch (token.type) {
    case 'space': case 'def': return null;
    case 'paragraph': return <p key={key}>{inlines((token as Tokens.Paragraph).tokens)}</p>;
    case 'text': {
      const text = token as Tokens.Text;
      const children = text.tokens ? inlines(text.tokens) : decodeEntities(text.text);
      return tight ? children : <p key={key}>{children}</p>;
    }
    case 'heading': {
      const heading = token as Tokens.Heading;
      const Tag = kHeadings[heading.depth - 1] ?? 'h6';
      return <Tag key={key} class={`heading-${heading.depth}`}>{inlines(heading.tokens)}</Tag>;
    }
    case 'code': {
      const code = token as Tokens.Code;
      return <CodeBlock key={key} code={code.text} language={(code.lang ?? '').split(/\s/)[0] ?? ''} />;
    }
    case 'blockquote':
      return <blockquote key={key}>{blocks((token as Tokens.Blockquote).tokens)}</blockquote>;
    case 'list': {
      const list = token as Tokens.List;
      const items = list.items.map((item, i) => listItem(item, i));
      return list.ordered ? <ol key={key} start={list.start || 1}>{items}</ol> : <ul key={key}>{items}</ul>;
    }
    case 'table': return table(token as Tokens.Table, key);
    case 'hr': return <hr key={key} />;
    case 'html': return <p key={key} class="raw-html">{token.raw.trim()}</p>;
    default: return <p key={key}>{inline(token)}</p>;
  }
}

function blocks(tokens: readonly Token[]): ComponentChildren {
  return tokens.map((token, i) => block(token, i));
}

/** One top-level block; skipped when its token is the same object, or says the same, as before. */
export const Block = memo(
  ({token}: {token: Token}) => <>{block(token, 0)}</>,
  ({token: a}, {token: b}) => a === b || (a.raw === b.raw && a.type === b.type),
);

export function Markdown({tokens}: {tokens: readonly Token[]}) {
  return <div class="markdown">{tokens.map((token, i) => <Block key={i} token={token} />)}</div>;
}
