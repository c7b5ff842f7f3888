// Skills that work on texts and tables: digest, summary, research, analysis.

import assert from 'node:assert/strict';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {before, describe, it} from 'node:test';
import {run, scratch, script, serve} from './bundled.mjs';

const folder = scratch();
const file = (name, content) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

/** A zip made by Python: Debian has it, and Node has none. */
async function zip(name, entries) {
  const code = 'import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z:\n  [z.writestr(*one) for one in json.load(sys.stdin)]';
  const {code: status, stderr} = await run('python3', ['-c', code, join(folder, name)], {input: JSON.stringify(Object.entries(entries))});
  assert.equal(status, 0, stderr);
  return join(folder, name);
}

describe('daily-news-digest', () => {
  const hoursAgo = hours => new Date(Date.now() - hours * 3.6e6);
  let service;
  before(async () => {
    service = await serve(({path}) => {
      if (path === '/rss') return [200, `<?xml version="1.0"?><rss version="2.0"><channel><title>The Daily</title>
        <item><title>Grid &amp; storage grows</title><link>/a?utm=1</link><pubDate>${hoursAgo(2).toUTCString()}</pubDate><description>&lt;p&gt;More &lt;b&gt;batteries&lt;/b&gt;.&lt;/p&gt;</description></item>
        <item><title>Old story</title><link>https://daily.example/old</link><pubDate>${hoursAgo(60).toUTCString()}</pubDate></item>
        <item><title>Script</title><link>javascript:alert(1)</link><pubDate>${hoursAgo(3).toUTCString()}</pubDate></item></channel></rss>`];
      if (path === '/atom') return [200, `<feed xmlns="http://www.w3.org/2005/Atom"><title>Weekly</title>
        <entry><title>Grid &amp; Storage grows!</title><link rel="alternate" href="https://weekly.example/1"/><updated>${hoursAgo(1).toISOString()}</updated><summary>Same event.</summary></entry>
        <entry><title>Only here</title><link href="https://weekly.example/2"/><published>${hoursAgo(5).toISOString()}</published></entry></feed>`];
      if (path === '/bomb') return [200, '<!DOCTYPE a [<!ENTITY a "x">]><rss>&a;</rss>'];
      if (path === '/page') return [200, '<html><body>hello</body></html>'];
      return [500, 'no'];
    });
  });
  const feeds = (...args) => script('daily-news-digest/scripts/feeds.py', args);

  it('shows the latest once, the newest first', async () => {
    const {code, stdout, stderr} = await feeds(`${service.url}/rss`, `${service.url}/atom`, '--json');
    assert.equal(code, 0, stderr);
    const found = JSON.parse(stdout);
    assert.deepEqual(found.map(one => [one.title, one.source]), [['Grid & Storage grows!', 'Weekly'], ['Script', 'The Daily'], ['Only here', 'Weekly']]);
    assert.deepEqual(found[0].also, [{source: 'The Daily', link: `${service.url}/a?utm=1`}]);
    assert.equal(found[1].link, '');
  });

  it('goes on when one fails, and says so', async () => {
    const list = file('feeds.txt', `# mine\n${service.url}/rss\n${service.url}/down\n${service.url}/bomb\n${service.url}/page\n`);
    const {code, stdout, stderr} = await feeds('--list', list, '--hours', '100', '--match', 'old|grid');
    assert.equal(code, 0);
    assert.match(stdout, /- Grid & storage grows\n {2}The Daily, .*\n.*\/a\?utm=1\n {2}More batteries\.\n- Old story/);
    assert.match(stderr, /down: HTTP Error 500/);
    assert.match(stderr, /bomb: it declares entities/);
    assert.match(stderr, /page: this is no feed/);
    assert.equal((await feeds(`${service.url}/down`)).code, 1);
    assert.equal((await feeds()).code, 2);
  });

  it('remembers what was shown', async () => {
    const seen = join(folder, 'seen.json');
    assert.match((await feeds(`${service.url}/atom`, '--seen', seen)).stdout, /Only here/);
    assert.equal((await feeds(`${service.url}/atom`, '--seen', seen)).stdout, 'Nothing new.\n');
  });
});

describe('summarize', () => {
  const textOf = (...args) => script('summarize/scripts/text_of.py', args);

  it('takes text out of documents', async () => {
    const html = file('a.html', '<!doctype html><title>Tide</title><nav>menu</nav><h2>Moon</h2><p>It <b>pulls</b>.</p><script>evil()</script><ul><li>one<li>two</ul>');
    assert.equal((await textOf(html, '--all')).stdout, '# Tide\n\n## Moon\n\nIt pulls.\n\n- one\n- two\n');
    const docx = await zip('a.docx', {'word/document.xml': '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Plan</w:t></w:r></w:p><w:p><w:r><w:t>Buy </w:t></w:r><w:r><w:t>bread</w:t></w:r></w:p></w:body></w:document>'});
    assert.equal((await textOf(docx, '--all')).stdout, '# Plan\nBuy bread\n');
    const epub = await zip('a.epub', {mimetype: 'application/epub+zip', 'META-INF/container.xml': '<container xmlns="urn:x"><rootfiles><rootfile full-path="OPS/p.opf"/></rootfiles></container>',
      'OPS/p.opf': '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="b" href="two.html"/><item id="a" href="one.html"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
      'OPS/one.html': '<html><h1>First</h1></html>', 'OPS/two.html': '<html><h1>Second</h1></html>'});
    assert.equal((await textOf(epub, '--all')).stdout, '# First\n\n# Second\n');
    const vtt = file('a.vtt', 'WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Ann>Hello\n\n00:00:03.000 --> 00:00:05.000\nHello\n\n00:05:01.000 --> 00:05:03.000\nBye\n');
    assert.equal((await textOf(vtt, '--all')).stdout, '[0 min]\nHello\n[5 min]\nBye\n');
  });

  it('cuts long texts into parts that lose nothing', async () => {
    const paragraphs = Array.from({length: 40}, (_, i) => `## Part ${i}\n\n${`word${i} `.repeat(40).trim()}.`);
    const long = file('long.md', paragraphs.join('\n\n'));
    const overview = (await textOf(long, '--size', '2000')).stdout;
    const parts = Number(/(\d+) parts\]/.exec(overview)[1]);
    assert.match(overview, /\[headings\]\n## Part 0\n/);
    let all = '';
    for (let number = 1; number <= parts; ++number) {
      const {stdout} = await textOf(long, '--size', '2000', '--part', String(number));
      assert.ok(stdout.length < 2100);
      all += stdout.replace(/^\[part.*\]\n/, '') + '\n';
    }
    assert.equal(all.replace(/\s+/g, ' ').trim(), paragraphs.join(' ').replace(/\s+/g, ' '));
    assert.equal((await textOf(long, '--size', '2000', '--part', String(parts + 1))).code, 2);
  });

  it('reads pages, those of this machine only when told to', async () => {
    const service = await serve(({path}) => path === '/ok' ? [200, '<h1>Hi</h1>', {'content-type': 'text/html; charset=utf-8'}] : [404, '']);
    assert.equal((await textOf(`${service.url}/ok`, '--local', '--all')).stdout, '# Hi\n');
    const refused = await textOf(`${service.url}/ok`);
    assert.deepEqual([refused.code, /--local allows that/.test(refused.stderr), service.asked.length], [2, true, 1]);
    assert.match((await textOf(`${service.url}/no`, '--local')).stderr, /answered 404/);
  });

  it('refuses what is no document', async () => {
    for (const [name, content] of [['x.bin', Buffer.from([0, 1, 2, 0])], ['x.docx', 'PK\x03\x04nothing'], ['empty.txt', ' \n']]) {
      assert.equal((await textOf(file(name, content))).code, 1, name);
    }
    assert.equal((await textOf(await zip('bomb.docx', {'word/document.xml': '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}))).code, 1);
    assert.equal((await textOf(join(folder, 'nowhere'))).code, 2);
  });
});

describe('deep-researcher', () => {
  const path = join(folder, 'ledger.json');
  const ledger = (command, ...args) => script('deep-researcher/scripts/ledger.py', [command, '--file', path, ...args]);

  it('keeps what sources say and tells thin claims from supported ones', async () => {
    assert.equal((await ledger('add', '--url', 'https://www.law.example/42/', '--title', 'The law', '--kind', 'primary', '--date', '2026-01-02')).stdout, '[1] The law\n');
    assert.equal((await ledger('add', '--url', 'https://law.example/42?utm_source=x', '--title', 'Again')).stdout, '[1] is known already\n');
    await ledger('add', '--url', 'https://blog.example/a', '--title', 'A blog', '--kind', 'other');
    await ledger('note', '--source', '1', '--claim', 'It is allowed', '--quote', 'is permitted');
    await ledger('note', '--source', '2', '--claim', 'It is cheap', '--quote', 'costs nothing');
    await ledger('note', '--source', '2', '--claim', 'It is old', '--quote', 'new', '--against');
    assert.match((await ledger('list')).stdout, /\nsupported: It is allowed\n.*\n\nthin: It is cheap\n.*\n\ncontradicted: It is old\n {2}against \[2\] "new"/);
    assert.equal((await ledger('note', '--source', '9', '--claim', 'x', '--quote', 'y')).code, 2);
    assert.match((await ledger('sources')).stdout, /^\[1\] The law \(law\.example, 2026-01-02\)\. https:\/\/www\.law\.example\/42\/ \(read \d{4}-/);
  });

  it('finds what a report cannot prove', async () => {
    const words = 'word '.repeat(45).trim();
    const bad = file('bad.md', `# Report\n\n${words}\n\nFirst [1, 7].\n\n## Sources\n\n[2] A blog`);
    const found = await ledger('check', bad);
    assert.equal(found.code, 1);
    assert.match(found.stdout, /^\[7\] is no source of the ledger\nno source in the paragraph "word word/);
    assert.match(found.stdout, /not cited: \[2\]/);
    const good = await ledger('check', file('good.md', `${words} [1]\n\nAnd [2]; see [here](x) too.`));
    assert.deepEqual([good.code, good.stdout], [0, 'good: every claim leads to a source\n']);
  });

  it('does not take another file for a ledger', async () => {
    const other = file('other.json', '[1]');
    const {code} = await script('deep-researcher/scripts/ledger.py', ['add', '--file', other, '--url', 'https://x.example', '--title', 'x']);
    assert.deepEqual([code, readFileSync(other, 'utf8')], [2, '[1]']);
  });
});

describe('data-analyst', () => {
  const table = (...args) => script('data-analyst/scripts/table.py', args, {cwd: folder});
  const json = async (...args) => JSON.parse((await table(...args, '--format', 'json')).stdout);
  before(() => {
    file('sales-2025.csv', '\ufeffregion;amount;code;day\nnorth;"1,200.5";007;2025-01-01\nsouth;300;008;2025-01-02\nnorth;;009;2025-01-03\nnorth;300;010;2025-01-03\n');
    file('people.jsonl', '{"id": 1, "name": "Ann", "tags": ["a"]}\n{"id": 2, "name": null}\n');
    file('wrapped.json', '{"count": 1, "items": [{"id": 1, "city": "Bonn"}]}');
  });

  it('describes what is there', async () => {
    const {sales_2025: sales} = await json('describe', 'sales-2025.csv');
    assert.deepEqual([sales.rows, sales.doubles], [4, 0]);
    const {amount, code, region, day} = sales.columns;
    assert.deepEqual([amount.type, amount.empty, amount.min, amount.median, amount.max], ['number', 1, 300, 300, 1200.5]);
    assert.deepEqual([code.type, region.common, day.type, day.max], ['text', 'north (3), south (1)', 'date', '2025-01-03']);
    assert.match((await table('describe', 'people.jsonl')).stdout, /people: 2 rows, 0 of them doubles\n\| column \| type/);
  });

  it('answers SQL over files of several kinds, and changes none of them', async () => {
    assert.deepEqual(await json('sql', 'select region, sum(amount) as total, count(*) as n from sales_2025 group by region order by 1', 'sales-2025.csv'),
      [{region: 'north', total: 1500.5, n: 3}, {region: 'south', total: 300, n: 1}]);
    assert.deepEqual(await json('sql', 'select name, city from people join wrapped using (id)', 'people.jsonl', 'wrapped.json'), [{name: 'Ann', city: 'Bonn'}]);
    const base = join(folder, 'base.db');
    assert.equal((await run('sqlite3', [base, "create table t(x); insert into t values (5), (6)"])).code, 0);
    assert.deepEqual(await json('sql', 'select sum(x) as s from base.t', base), [{s: 11}]);
    for (const query of ['delete from sales_2025 returning *', "attach '/etc/passwd' as p", 'select * from nothing', `attach '${join(folder, 'made.db')}' as m`]) {
      assert.equal((await table('sql', query, 'sales-2025.csv')).code, 2, query);
    }
    assert.equal((await table('sql', 'delete from base.t', base)).code, 2);
    assert.equal(existsSync(join(folder, 'made.db')), false);
    assert.equal((await table('sql', 'select region from sales_2025', 'sales-2025.csv', '--format', 'csv', '--rows', '1')).stdout, 'region\nnorth\n');
  });

  it('draws bars', async () => {
    const query = 'select region, sum(amount) from sales_2025 group by region';
    assert.match((await table('chart', query, 'sales-2025.csv')).stdout, /^north {2}█{50} 1500\.5\nsouth {2}█{10} 300\n$/);
    assert.equal((await table('chart', "select '<b>', -2 union all select 'c', 4", 'sales-2025.csv', '--svg', 'a.svg')).stdout, 'a.svg: 2 bars\n');
    const svg = readFileSync(join(folder, 'a.svg'), 'utf8');
    assert.ok(svg.includes('&lt;b&gt;') && (svg.match(/<rect/g) ?? []).length === 2);
    assert.equal((await table('chart', 'select 1, 2, 3', 'sales-2025.csv')).code, 2);
  });
});
