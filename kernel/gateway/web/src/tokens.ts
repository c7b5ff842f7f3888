// Text to marked's tokens, in bounded time whatever the text is. A model repeats what strangers wrote, and there are
// short texts that marked takes minutes for (a hundred thousand times `a.` and an `@`), or that end its stack. Here it
// stops after a moment: what it has not read by then is shown as it was written.

import {Lexer, Tokenizer, type Token, type Tokens, type TokensList} from 'marked';

const kDepthMax = 12; // nested quotes, lists and emphasis beyond this are shown as text
const kTimeMaxMs = 250;
const kRunMax = 4000; // characters of running text that are looked at together
const kListMax = 20_000; // a longer list goes on as another one
const kAddressMax = 2000;
const kColumnsMax = 40;
const kCellsMax = 8000;
const kTextMax = 400_000;

const plainText = (raw: string): Tokens.Text => ({type: 'text', raw, text: raw, escaped: false});
const plainParagraph = (raw: string): Tokens.Paragraph =>
  ({type: 'paragraph', pre: false, raw, text: raw, tokens: [plainText(raw)]});

/** `text` up to the last `separator` before `end`; up to `end` when there is none in the second half. */
function cut(text: string, end: number, separator: string): string {
  if (text.length <= end) return text;
  const at = text.lastIndexOf(separator, end - 1) + 1;
  return text.slice(0, at > end / 2 ? at : end);
}

/** Asked once per token. Out of time, the first question of each of marked's two loops takes all that is left. */
class BoundedTokenizer extends Tokenizer {
  private readonly until = performance.now() + kTimeMaxMs;

  isLate(): boolean {
    return performance.now() > this.until;
  }

  override space(src: string): Tokens.Space | undefined {
    if (src.length > 1 && this.isLate()) return plainParagraph(src) as Token as Tokens.Space;
    return super.space(src);
  }

  override escape(src: string): Tokens.Escape | undefined {
    if (this.isLate()) return plainText(src) as Token as Tokens.Escape;
    return super.escape(src);
  }

  override list(src: string): Tokens.List | undefined {
    return super.list(cut(src, kListMax, '\n'));
  }

  override table(src: string): Tokens.Table | undefined {
    const columns = src.slice(0, src.indexOf('\n') + 1).split('|', kColumnsMax + 3).length - 1;
    if (columns > kColumnsMax + 1) return undefined;
    let end = 0; // a table ends at an empty line
    for (let cells = 0; cells < kCellsMax && end < src.length && src[end] !== '\n'; cells += columns + 1) {
      end = src.indexOf('\n', end) + 1 || src.length;
    }
    return super.table(src.slice(0, end));
  }

  override url(src: string): Tokens.Link | undefined {
    const found = super.url(src.slice(0, kAddressMax));
    return found && found.raw.length < kAddressMax ? found : undefined;
  }
}

class BoundedLexer extends Lexer {
  private depth = 0;
  private readonly bounds: BoundedTokenizer;

  constructor() {
    const bounds = new BoundedTokenizer();
    super({gfm: true, breaks: false, async: false, tokenizer: bounds});
    this.bounds = bounds;
  }

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(src: string, tokens: Token[] = [], lastParagraphClipped?: boolean): Token[] {
    if (this.depth >= kDepthMax) {
      if (src) tokens.push(plainParagraph(src));
      return tokens;
    }
    ++this.depth;
    super.blockTokens(src, tokens, lastParagraphClipped);
    --this.depth;
    return tokens;
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    ++this.depth;
    for (let rest = src; rest;) {
      const run = cut(rest, kRunMax, ' ');
      rest = rest.slice(run.length);
      if (this.depth > kDepthMax || this.bounds.isLate()) tokens.push(plainText(run));
      else super.inlineTokens(run, tokens);
    }
    --this.depth;
    return tokens;
  }
}

export function tokenize(text: string): Token[] {
  return text.length > kTextMax ? [plainParagraph(text)] : new BoundedLexer().lex(text);
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

const kTailMax = 8000; // when more than this is unsettled, it is split anew only after it grew by a sixteenth

/**
 * The tokens of a text that grows at its end. All blocks but the last two are kept as they are (the same objects, so
 * that their nodes are not compared again); only the rest is split anew. A text that is not a continuation starts over.
 */
export class GrowingTokens {
  private text = '';
  private tokens: Token[] = [];
  private unsettled = 0;

  update(text: string): Token[] {
    let kept = 0;
    let offset = 0;
    if (text.startsWith(this.text)) {
      const grown = text.length - this.text.length;
      if (this.unsettled > kTailMax && grown < this.unsettled / 16) {
        return grown ? [...this.tokens, plainParagraph(text.slice(this.text.length))] : this.tokens;
      }
      kept = settledCount(this.tokens);
      for (const token of this.tokens.slice(0, kept)) offset += token.raw.length;
      // marked normalises some characters; if the lengths no longer add up, begin at the start.
      if (this.text.slice(0, offset) !== this.tokens.slice(0, kept).map(token => token.raw).join('')) kept = offset = 0;
    }
    this.tokens = [...this.tokens.slice(0, kept), ...tokenize(text.slice(offset))];
    this.text = text;
    this.unsettled = text.length - offset;
    return this.tokens;
  }
}
