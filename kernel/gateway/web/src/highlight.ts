// A small highlighter for code blocks: comments, strings, numbers and words that most languages share. It makes the
// shape of the code visible without a grammar per language, in one pass over the text.

export interface Span {kind: 'comment' | 'string' | 'number' | 'keyword' | 'call' | ''; text: string}

const kTextMax = 40_000; // beyond this the block stays plain: nobody reads colours in it, and the page must not stall

const kKeywords = new Set((
  'abstract and as assert async auto await bool break case catch char class const constexpr continue co_await co_return def ' +
  'default del delete do done echo elif else end enum esac except export extends extern false fi final finally float fn ' +
  'for foreach from func function global goto if impl implements import in inline instanceof int interface is lambda let ' +
  'long loop match mod module mut namespace new nil none not null nullptr or override package pass private protected ' +
  'public pub raise ref return self short signed sizeof static string struct super switch template then this throw trait ' +
  'true try type typedef typename typeof undefined union unless unsigned until use using val var virtual void volatile ' +
  'when where while with yield select insert update create table values set join left right inner outer order by group ' +
  'limit having distinct').split(' '));

const kHashComment = new Set(['sh', 'bash', 'shell', 'zsh', 'console', 'python', 'py', 'ruby', 'rb', 'yaml', 'yml', 'toml',
  'ini', 'dockerfile', 'make', 'makefile', 'cmake', 'perl', 'r', 'elixir', 'nginx', 'conf']);
const kDashComment = new Set(['sql', 'lua', 'haskell', 'hs', 'ada', 'elm']);
const kPlain = new Set(['', 'text', 'txt', 'plain', 'plaintext', 'output', 'log', 'markdown', 'md']);
const kMarkup = new Set(['html', 'xml', 'svg', 'vue']);

function grammar(language: string): RegExp {
  const comment = kHashComment.has(language) ? '#[^\\n]*'
    : kDashComment.has(language) ? '--[^\\n]*'
    : kMarkup.has(language) ? '<!--[\\s\\S]*?(?:-->|$)'
    : '\\/\\/[^\\n]*|\\/\\*[\\s\\S]*?(?:\\*\\/|$)';
  const string = '"(?:[^"\\\\\\n]|\\\\.)*"?|\'(?:[^\'\\\\\\n]|\\\\.)*\'?|`(?:[^`\\\\]|\\\\.)*`?';
  return new RegExp(`(${comment})|(${string})|(\\b\\d[\\w.]*)|([A-Za-z_]\\w*)`, 'g');
}

export function highlight(code: string, language: string): Span[] {
  const name = language.toLowerCase();
  if (kPlain.has(name) || code.length > kTextMax) return [{kind: '', text: code}];
  const spans: Span[] = [];
  const add = (kind: Span['kind'], text: string): void => {
    const last = spans.at(-1);
    if (last && last.kind === kind) last.text += text;
    else if (text) spans.push({kind, text});
  };
  let end = 0;
  for (const match of code.matchAll(grammar(name))) {
    add('', code.slice(end, match.index));
    const [text, comment, string, number] = match;
    end = match.index + text.length;
    if (comment) add('comment', text);
    else if (string) add('string', text);
    else if (number) add('number', text);
    else if (kKeywords.has(name === 'sql' ? text.toLowerCase() : text)) add('keyword', text);
    else add(code[end] === '(' ? 'call' : '', text);
  }
  add('', code.slice(end));
  return spans;
}
