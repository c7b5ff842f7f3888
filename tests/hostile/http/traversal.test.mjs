// Ways out of a folder in 21,112 spellings: the page's files are a table in the program, and nothing else is ever sent
// (spec H-15, H-09).

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeHome, startGateway } from '../../e2e/gateway.mjs';
import { defer } from '../../e2e/scope.mjs';
import { Random } from '../random.mjs';
import { RawConnection } from './raw_connection.mjs';
import { get } from './table.mjs';
import { traversals } from './traversal.mjs';

const starts = ['/', '/chat/', '/assets/', '/api/sessions/', '//', '/./'];
const canary = 'a-text-that-is-only-in-files';
const leaks = new RegExp(`${canary}|root:.*:0:0:|SQLite format 3`);

// One connection after the other: a refusal closes it.
async function judge(port, paths) {
  const wrong = [];
  let connection;
  for (const path of paths) {
    if (!connection || connection.closed) connection = await RawConnection.open(port);
    const count = connection.answers.length;
    connection.send(get(path));
    await connection.until(() => connection.answers.length > count || connection.closed);
    const { status, headers, body } = connection.answers[count] ?? {};
    const isPage = path.startsWith('/?') && status === 302 && headers.location === '/chat'; // the rest is a query
    if ((![400, 404].includes(status) && !isPage) || leaks.test(body)) wrong.push(`${path}: ${status} ${body?.slice(0, 80)}`);
    if (status === 400) connection = connection.destroy(); // it closes as well
  }
  connection?.destroy();
  return wrong;
}

describe('ways out of a folder', () => {
  it('lead nowhere', async (t) => {
    const home = makeHome(t);
    writeFileSync(join(home, 'secret.txt'), canary);
    symlinkSync(join(home, 'secret.txt'), join(home, 'workspace', 'link'));
    const gateway = await startGateway(t, { home });
    const seed = Number(process.env.CHELA_SEED ?? Date.now() % 1e9);
    const random = new Random(seed);
    const whole = process.env.CHELA_LONG === '1';
    const chosen = whole ? traversals : Array.from({ length: 1_500 }, () => random.pick(traversals));
    const paths = [
      ...chosen.map((path) => random.pick(starts) + path),
      ...['.env', '.git/config', 'chela.json', '.chela/chela.json', 'workspace/link', 'assets', 'secret.txt'].map((path) => `/${path}`),
    ];
    t.diagnostic(`seed ${seed}: ${paths.length} paths`);
    const parts = Array.from({ length: 8 }, (_, part) => paths.filter((_, index) => index % 8 === part));
    const wrong = (await Promise.all(parts.map((part) => judge(gateway.port, part)))).flat();
    assert.deepEqual(wrong.slice(0, 5), [], `CHELA_SEED=${seed}`);
  });

  it('and a server of files is found out', async (t) => {
    const home = makeHome(t);
    writeFileSync(join(home, 'secret.txt'), canary);
    symlinkSync(join(home, 'secret.txt'), join(home, 'workspace', 'link'));
    const server = http.createServer(({ url }, response) => {
      const file = join(home, decodeURIComponent(url));
      const body = existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined;
      response.writeHead(body ? 200 : 404, { 'Content-Length': body?.length ?? 0 }).end(body);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    defer(t, () => server.close());
    const paths = ['/secret.txt', '/workspace/link', '/chat/%2e%2e/secret.txt', '/..%2f..%2f..%2f..%2fetc/passwd'];
    assert.equal((await judge(server.address().port, paths)).length, paths.length);
  });
});
