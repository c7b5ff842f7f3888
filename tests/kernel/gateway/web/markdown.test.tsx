import assert from 'node:assert/strict';
import {test} from 'node:test';
import {render} from 'preact-render-to-string';
import {kHostile} from '../../../../kernel/gateway/web/dev/scripts.mjs';
import {highlight} from '../../../../kernel/gateway/web/src/highlight.ts';
import {hostBehind, safeLink} from '../../../../kernel/gateway/web/src/links.ts';
import {Markdown} from '../../../../kernel/gateway/web/src/markdown.tsx';
import {GrowingTokens, tokenize} from '../../../../kernel/gateway/web/src/tokens.ts';

function html(text: string): string {
  return render(<Markdown tokens={tokenize(text)} />).replace(/<svg class="icon".*?<\/svg>/g, 'ICON').replace(/^<div class="markdown">|<\/div>$/g, '');
}

const kRel = 'target="_blank" rel="noopener noreferrer"';

for (const [source, expected] of [
  ['a **b** *c* ~~d~~ `e`', '<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code></p>'],
  ['# One\n\n## Two', '<h3 class="heading-1">One</h3><h3 class="heading-2">Two</h3>'],
  ['1 &lt; 2 &amp;&amp; `&lt;`', '<p>1 &lt; 2 &amp;&amp; <code>&amp;lt;</code></p>'],
  ['[a](https://example.org/x "t")', `<p><a href="https://example.org/x" title="https://example.org/x" ${kRel}>a</a></p>`],
  ['<me@example.org>', `<p><a href="mailto:me@example.org" title="mailto:me@example.org" ${kRel}>me@example.org</a></p>`],
  ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
  ['- [x] a', '<ul><li class="task"><input type="checkbox" checked disabled aria-label="task"/>a</li></ul>'],
  ['> q', '<blockquote><p>q</p></blockquote>'],
  ['<b onclick="x">hi</b>', '<p>&lt;b onclick="x">hi&lt;/b></p>'],
  ['<div>hi</div>', '<p class="raw-html">&lt;div>hi&lt;/div></p>'],
  ['![pic](https://example.org/p.png)', `<p><a href="https://example.org/p.png" title="https://example.org/p.png" ${kRel}>ICONpic</a></p>`],
  ['[![pic](https://a.example/p)](https://example.org/)', `<p><a href="https://example.org/" title="https://example.org/" ${kRel}>ICONpic</a></p>`],
  ['[bank.example](https://evil.example/)',
    `<p><a href="https://evil.example/" title="https://evil.example/" ${kRel}>bank.example</a><span class="link-host"> (evil.example)</span></p>`],
  ['[x](javascript:alert(1))', '<p><span class="dead-link" title="This address is not opened from here">x</span></p>'],
] as const) {
  test(`markdown: ${source.slice(0, 40).replaceAll('\n', '⏎')}`, () => assert.equal(html(source).replaceAll('&quot;', '"'), expected));
}

test('hostile text yields only elements and attributes of ours', () => {
  const kElements = new Set(['div', 'p', 'h3', 'span', 'a', 'figure', 'figcaption', 'button', 'svg', 'rect', 'path', 'circle', 'pre', 'code',
    'table', 'thead', 'tbody', 'tr', 'th', 'td']);
  const out = html(kHostile);
  for (const [, name, attributes] of out.matchAll(/<([a-zA-Z][\w-]*)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>/g)) {
    assert.ok(kElements.has(name!), `<${name}>`);
    assert.doesNotMatch(attributes!, /\s(on\w+|srcdoc|style|src|action|formaction)=/i);
  }
  const links = [...out.matchAll(/href="([^"]*)"/g)].map(match => match[1]!);
  assert.ok(links.length > 0);
  for (const link of links) assert.match(link, /^(https?|mailto):/);
});

for (const [href, expected] of [
  ['https://example.org', 'https://example.org/'], ['HTTP://Example.org/A', 'http://example.org/A'], ['mailto:a@b.example', 'mailto:a@b.example'],
  ['javascript:alert(1)', null], [' \u0001javascript:alert(1)', null], ['java\tscript:alert(1)', null], ['data:text/html,x', null],
  ['vbscript:x', null], ['file:///etc/passwd', null], ['blob:https://example.org/1', null], ['/api/sessions', null], ['//evil.example', null],
  ['#s=other', null], ['https://user:pw@example.org', null], ['', null],
] as const) {
  test(`link: ${JSON.stringify(href)}`, () => assert.equal(safeLink(href), expected));
}

test('text that grows gives the same blocks as the whole text', () => {
  const text = '# T\n\npara one\n\n- a\n- b\n\n  loose\n\n```js\nlet x = 1;\n\nlet y;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n1. x\n\n2. y\n\nend\r\nof it\n';
  for (const step of [1, 3, 10, 50]) {
    const growing = new GrowingTokens();
    for (let end = step; end < text.length + step; end += step) {
      const part = text.slice(0, end);
      assert.equal(render(<Markdown tokens={growing.update(part)} />), render(<Markdown tokens={tokenize(part)} />), JSON.stringify(part));
    }
  }
});

test('blocks that are complete are kept as objects while the text grows', () => {
  const growing = new GrowingTokens();
  const before = growing.update('one\n\ntwo\n\nthree\n\nfo');
  const after = growing.update('one\n\ntwo\n\nthree\n\nfour');
  assert.equal(before[0], after[0]);
  assert.equal(before[2], after[2]);
});

for (const [text, href, host] of [
  ['https://bank.example/login', 'https://evil.example/', 'evil.example'], ['**bank.example**', 'https://evil.example:8443/', 'evil.example:8443'],
  ['bank\u200b.example', 'https://evil.example/', 'evil.example'], ['https://\u0430pple.com', 'https://xn--pple-43d.com/', 'xn--pple-43d.com'],
  ['https://bank.example@evil.example', 'https://evil.example/', 'evil.example'], ['www.example.org/a', 'https://example.org/a', ''],
  ['https://example.org/b', 'https://example.org/a', ''], ['the documentation', 'https://example.org/', ''], ['notes.md', 'https://example.org/notes.md', ''],
  ['me@example.org', 'mailto:me@example.org', ''],
] as const) {
  test(`the host behind ${text} is ${host || 'the same'}`, () => assert.equal(hostBehind(text, href), host));
}

const kLong = 100_000;
const kBoundMs = 3000; // the lexer stops after 250; the rest is for slow machines. Unbounded, most of these take minutes.

for (const [name, piece, end] of [
  ['quotes', '>', ' deep'], ['lists', '- ', 'x'], ['numbered lists', '1. ', 'x'], ['quotes and lists', '> - ', 'x'], ['stars', '* ', 'a'],
  ['underscores', '_', 'a' + '_'.repeat(kLong)], ['asterisks', '*', 'a' + '*'.repeat(kLong)], ['brackets', '[', ''], ['links', '[a](', ''], ['pictures', '![', ''],
  ['dots before an at sign', 'a.', '@'], ['addresses', 'a_b.', '@b_'], ['entities after an address', '&a;', ''], ['quoted asterisks', '"*a', ''],
  ['tags', '<a ', ''], ['comments', '<!--', ''], ['processing instructions', 'a<?', ''], ['code marks', '`a', ''], ['lines of one item', '  b\n', ''],
  ['lazy lines', '>>>>>>>>>> a\nb\n', ''], ['table columns', '|a', '|\n' + '|-'.repeat(kLong / 2) + '|\n'], ['footnotes', '[^1]: x\n', '[^1]'],
] as const) {
  test(`without end: ${name}`, () => {
    const start = name.startsWith('entities') ? 'http://a/' : name.startsWith('lines') ? '- a\n' : '';
    const text = start + piece.repeat(kLong / piece.length) + end;
    const begin = performance.now();
    const tokens = tokenize(text);
    const took = performance.now() - begin;
    assert.equal(tokens.reduce((sum, token) => sum + token.raw.length, 0), text.length);
    assert.ok(took < kBoundMs, `${took} ms`);
    assert.ok(render(<Markdown tokens={tokens} />).length > 0);
  });
}

test('a table has bounded cells', () => {
  const columns = 30;
  const table = '|a'.repeat(columns) + '|\n' + '|-'.repeat(columns) + '|\n' + '|b|\n'.repeat(20_000);
  assert.ok(html(table).match(/<td/g)!.length < 10_000);
});

test('an endless paragraph that grows is not split anew with every piece', () => {
  const growing = new GrowingTokens();
  let text = 'word '.repeat(4000);
  const first = growing.update(text)[0];
  text += 'and so on';
  const next = growing.update(text);
  assert.equal(next[0], first);
  assert.equal(next.map(token => token.raw).join(''), text);
  text += ' word'.repeat(1000);
  assert.equal(render(<Markdown tokens={growing.update(text)} />), render(<Markdown tokens={tokenize(text)} />));
});

test('highlighting never changes the text', () => {
  for (const code of ['if (a) { return "x\\"y"; } // c', "it's # not 'closed", '`a\n${b}', '/* open', '0x1f 3.5e2 café']) {
    for (const language of ['', 'js', 'python', 'sql', 'html', 'unknown']) {
      assert.equal(highlight(code, language).map(span => span.text).join(''), code);
    }
  }
  assert.deepEqual(highlight('return 1', 'cpp').map(span => span.kind), ['keyword', '', 'number']);
});
