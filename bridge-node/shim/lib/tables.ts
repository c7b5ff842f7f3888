// Markdown tables for networks that cannot show them: as a list, or as fixed text.

export type TableMode = 'off' | 'bullets' | 'code' | 'block';

const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

const cells = (line: string): string[] =>
  line.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '').split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));

function bullets(head: string[], rows: string[][]): string[] {
  return rows.flatMap((row) => {
    const named = row.slice(1).map((cell, index) => (cell === '' ? '' : `  • ${head[index + 1] ?? ''}: ${cell}`)).filter((line) => line !== '');
    return [`• ${head.length > 1 ? `**${row[0] ?? ''}**` : (row[0] ?? '')}`, ...named];
  });
}

function fixed(head: string[], rows: string[][]): string[] {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => [...(row[column] ?? '')].length)));
  const line = (row: string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '') + ' '.repeat(width - [...(row[column] ?? '')].length)).join(' | ')} |`;
  return ['```', line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line), '```'];
}

export function convertMarkdownTables(markdown: string, mode: TableMode): string {
  if (!markdown || mode === 'off' || mode === 'block' || !markdown.includes('|')) return markdown;
  const lines = markdown.split('\n');
  const out: string[] = [];
  let fence: string | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!;
    const marker = /^ {0,3}(```|~~~)/.exec(line)?.[1];
    if (marker !== undefined) fence = fence === undefined ? marker : fence === marker ? undefined : fence;
    const divider = lines[index + 1];
    if (fence !== undefined || !line.includes('|') || divider === undefined || !divider.includes('-') || !DIVIDER.test(divider)) {
      out.push(line);
      continue;
    }
    const rows: string[][] = [];
    for (index += 2; index < lines.length && lines[index]!.includes('|'); index += 1) rows.push(cells(lines[index]!));
    index -= 1;
    out.push(...(mode === 'bullets' ? bullets : fixed)(cells(line), rows));
  }
  return out.join('\n');
}
