// Long text in pieces that a chat network takes: at line ends, else at spaces, never inside a character, code fences closed and opened again.

export type ChunkMode = 'length' | 'newline';

/** Where the first piece ends: the last line end or space within the limit, else the limit. */
function cut(text: string, limit: number): number {
  const window = text.slice(0, limit + 1);
  const line = window.lastIndexOf('\n');
  if (line > 0) return line;
  const space = Math.max(window.lastIndexOf(' '), window.lastIndexOf('\t'));
  if (space > 0) return space;
  const code = text.charCodeAt(limit - 1);
  return code >= 0xd800 && code <= 0xdbff && limit > 1 ? limit - 1 : limit;
}

export function chunkText(text: string, limit: number): string[] {
  if (!text) return [];
  if (!(limit > 0)) return [text];
  const chunks: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    const end = cut(rest, limit);
    const chunk = rest.slice(0, end).trimEnd();
    if (chunk !== '') chunks.push(chunk);
    rest = rest.slice(end).replace(/^[ \t]*\n|^[ \t]+/, '');
  }
  if (rest.trim() !== '') chunks.push(rest);
  return chunks;
}

/** The opening line of a fence that is still open at the end of the text, and its marker. */
function openFence(text: string): { line: string; marker: string } | undefined {
  let open: { line: string; marker: string } | undefined;
  for (const line of text.split('\n')) {
    const marker = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (marker === undefined) continue;
    if (open === undefined) open = { line, marker };
    else if (marker[0] === open.marker[0] && marker.length >= open.marker.length && line.trim() === marker) open = undefined;
  }
  return open;
}

export function chunkMarkdownText(text: string, limit: number): string[] {
  if (!text) return [];
  if (!(limit > 0) || text.length <= limit) return [text];
  const chunks: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    let end = cut(rest, limit);
    let fence = openFence(rest.slice(0, end));
    if (fence !== undefined && fence.marker.length + 1 + fence.line.length + 2 <= limit / 2) {
      end = cut(rest, limit - fence.marker.length - 1);
      if (rest.slice(0, end).trimEnd() === fence.line.trimEnd()) end = limit - fence.marker.length - 1; // a line without a place to cut
      fence = openFence(rest.slice(0, end));
    } else {
      fence = undefined;
    }
    const head = rest.slice(0, end).trimEnd();
    const tail = rest.slice(end).replace(/^[ \t]*\n|^[ \t]+(?=\S)/, '');
    if (head !== '') chunks.push(fence === undefined ? head : `${head}\n${fence.marker}`);
    rest = fence === undefined ? tail : `${fence.line}\n${tail}`;
  }
  if (rest.trim() !== '') chunks.push(rest);
  return chunks;
}

export interface NewlineOptions {
  splitLongLines?: boolean;
  trimLines?: boolean;
  isSafeBreak?: (index: number) => boolean;
}

/** A piece per line; lines that are too long are cut unless told otherwise. */
export function chunkByNewline(text: string, limit: number, options: NewlineOptions = {}): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let index = 0; index <= text.length; index += 1) {
    if (index < text.length && (text[index] !== '\n' || options.isSafeBreak?.(index) === false)) continue;
    const line = text.slice(start, index);
    const kept = options.trimLines === false ? line : line.trim();
    if (kept !== '') lines.push(kept);
    start = index + 1;
  }
  return options.splitLongLines === false ? lines : lines.flatMap((line) => chunkText(line, limit));
}

/** Paragraphs as pieces; those that are too long are cut by `chunk`. */
function byParagraph(text: string, limit: number, chunk: (text: string, limit: number) => string[]): string[] {
  const paragraphs: string[] = [];
  for (const part of text.split(/\n[ \t]*\n+/)) {
    const last = paragraphs.at(-1);
    if (last !== undefined && openFence(last) !== undefined) paragraphs[paragraphs.length - 1] = `${last}\n\n${part}`;
    else if (part.trim() !== '') paragraphs.push(part);
  }
  return paragraphs.flatMap((part) => chunk(part, limit));
}

export const chunkTextWithMode = (text: string, limit: number, mode: ChunkMode): string[] =>
  (mode === 'newline' ? byParagraph(text, limit, chunkText) : chunkText(text, limit));

export const chunkMarkdownTextWithMode = (text: string, limit: number, mode: ChunkMode): string[] =>
  (mode === 'newline' ? byParagraph(text, limit, chunkMarkdownText) : chunkMarkdownText(text, limit));
