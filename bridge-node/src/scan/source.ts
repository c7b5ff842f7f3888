// Which modules a source imports, and which of their names: read from its text, nothing is run.

/** One import; `names` of a whole namespace are those that the text uses. */
export interface Import {
  specifier: string;
  names: string[];
}

const BEFORE_REGEX = /(?:^|[=(,;:!&|?{}[+\-*%~^<>]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await))\s*$/;
const NAME = '[A-Za-z_$][\\w$]*';
const FROM = /\b(?<!\.)(import|export)(?:\s+|(?=[{*]))(?!type\b(?!\s*,|\s+from))((?:[\w$*{}\s,]|"[^"]*")+?)\s*\bfrom\s*(["'])([^"'\n]+)\3/g;
const BARE = /\b(?<!\.)import\s*(["'])([^"'\n]+)\1/g;
const CALLED = /\b(?<![.\w$])(import|require)\s*\(\s*(["'`])([^"'`\n$]+)\2\s*[,)]/g;
/** The parts of a channel that its entry names, to be loaded later. */
const NAMED = /\bspecifier\s*:\s*(["'`])(\.\.?\/[^"'`\n$]+)\1/g;

/** The text without comments and without what regular expressions hold; everything else stays where it is. */
export function withoutComments(text: string): string {
  if (!text.includes('/')) return text;
  const out: string[] = [];
  let kept = 0;
  let index = 0;
  const blank = (end: number) => {
    out.push(text.slice(kept, index), ' ');
    index = end;
    kept = end;
  };
  while (index < text.length) {
    const char = text[index]!;
    if (char === '"' || char === "'" || char === '`') {
      index = endOfString(text, index);
    } else if (char === '/' && text[index + 1] === '/') {
      const end = text.indexOf('\n', index);
      blank(end < 0 ? text.length : end);
    } else if (char === '/' && text[index + 1] === '*') {
      const end = text.indexOf('*/', index + 2);
      blank(end < 0 ? text.length : end + 2);
    } else if (char === '/' && BEFORE_REGEX.test(text.slice(Math.max(0, index - 24), index))) {
      blank(endOfRegex(text, index));
    } else {
      index += 1;
    }
  }
  out.push(text.slice(kept));
  return out.join('');
}

/** After the closing quote. Templates end at their next backquote: what stands between is text to this reader, nested templates included. */
function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote) return index + 1;
    else if (text[index] === '\n' && quote !== '`') return index;
  }
  return text.length;
}

function endOfRegex(text: string, start: number): number {
  let inClass = false;
  for (let index = start + 1; index < text.length && text[index] !== '\n'; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '[') inClass = true;
    else if (text[index] === ']') inClass = false;
    else if (text[index] === '/' && !inClass) return index + 1;
  }
  return start + 1; // it was a division
}

/** `a, b as c, type D` → a, b. */
const listed = (braces: string): string[] => braces.split(',').map((part) => part.trim())
  .filter((part) => part !== '' && !/^type\s/.test(part)).map((part) => part.split(/\s+as\s+|\s*:\s*|\s*=/, 1)[0]!.trim());

/** The members of a namespace that the text uses; those that it asks for with `typeof` first it can do without. */
function membersOf(text: string, variable: string): string[] {
  const escaped = variable.replaceAll('$', '\\$');
  const found = [...text.matchAll(new RegExp(`(?<![\\w$.])${escaped}\\s*\\??\\.\\s*(${NAME})`, 'g'))].map((match) => match[1]!);
  const taken = [...text.matchAll(new RegExp(`\\{([^{}]*)\\}\\s*=\\s*${escaped}(?![\\w$.(])`, 'g'))].flatMap((match) => listed(match[1]!));
  const asked = new Set([...text.matchAll(new RegExp(`\\btypeof\\s+${escaped}\\s*\\??\\.\\s*(${NAME})`, 'g'))].map((match) => match[1]!));
  return [...found, ...taken].filter((name) => !asked.has(name));
}

function namesOfClause(text: string, clause: string): { names: string[]; types: boolean } {
  const names: string[] = [];
  const braces = /\{([^}]*)\}/.exec(clause);
  if (braces !== null) names.push(...listed(braces[1]!));
  const namespace = new RegExp(`\\*\\s*as\\s+(${NAME})`).exec(clause)?.[1];
  if (namespace !== undefined) names.push(...membersOf(text, namespace));
  const first = new RegExp(`^(${NAME})`).exec(clause.trim())?.[1];
  if (first !== undefined) names.push('default');
  const types = braces !== null && names.length === 0 && namespace === undefined && braces[1]!.trim() !== '';
  return { names, types };
}

/** What is taken of `require(…)` or `await import(…)`: by a pattern, by a variable, or at once. */
function namesOfCall(text: string, start: number, end: number, promised: boolean): string[] {
  const before = text.slice(Math.max(0, start - 400), start);
  const pattern = /\{([^{}]*)\}\s*=\s*(?:await\s+)?$/.exec(before)?.[1];
  if (pattern !== undefined) return listed(pattern);
  if (promised && !/\bawait\s*$|\bawait\s+\w+\($/.test(before)) return []; // a promise has no names
  const variable = new RegExp(`(${NAME})\\s*=\\s*(?:await\\s+)?(?:__import\\w+\\(|__toESM\\(|_interop\\w+\\()?$`).exec(before)?.[1];
  if (variable !== undefined) return membersOf(text, variable);
  const member = new RegExp(`^\\)?\\s*\\.\\s*(?!then\\b|catch\\b|finally\\b)(${NAME})`).exec(text.slice(end, end + 120))?.[1];
  return member === undefined ? [] : [member];
}

export function importsOf(source: string): Import[] {
  const text = withoutComments(source);
  const found: Import[] = [];
  for (const match of text.matchAll(FROM)) {
    const { names, types } = namesOfClause(text, match[2]!);
    if (!types) found.push({ specifier: match[4]!, names: match[1] === 'export' ? names.filter((name) => name !== 'default' || /\bdefault\b/.test(match[2]!)) : names });
  }
  for (const match of text.matchAll(BARE)) found.push({ specifier: match[2]!, names: [] });
  for (const match of text.matchAll(NAMED)) found.push({ specifier: match[2]!, names: [] });
  for (const match of text.matchAll(CALLED)) {
    found.push({ specifier: match[3]!, names: namesOfCall(text, match.index, match.index + match[0].length, match[1] === 'import') });
  }
  return found;
}
