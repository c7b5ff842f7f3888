// The container image promises: with the documented environment it starts, is reachable and is healthy. There is no engine in
// a test, so the image's environment and its health check are run as they stand in the files.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { getJson, makeHome, refusedStart, run, startGateway } from './gateway.mjs';

const read = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const token = 'a-long-enough-token-42';

// ENV of the last stage: `ENV A=1 \` and continuation lines.
function imageEnvironment() {
  const stage = read('Dockerfile').split(/^FROM /m).at(-1).replace(/\\\n\s*/g, '');
  const line = /^ENV (.*)$/m.exec(stage)[1];
  return Object.fromEntries(line.split(/\s+/).map((pair) => pair.split('=')));
}

// `environment:` of the one service, with the defaults that compose would fill in.
function composeEnvironment(given) {
  const block = /^ {4}environment:\n((?: {6}.*\n)+)/m.exec(read('docker-compose.yml'))[1];
  const value = (text) =>
    text.replace(/\$\{(\w+)(?::[-?]([^}]*))?\}/g, (_, name, fallback = '') => given[name] ?? fallback);
  return Object.fromEntries([...block.matchAll(/^ {6}(\w+): "(.*)"$/gm)].map(([, name, text]) => [name, value(text)]));
}

function containerEnvironment(home, given) {
  const { PATH, CHELA_HOME, ...image } = imageEnvironment();
  assert.ok(PATH && CHELA_HOME);
  return { ...image, ...composeEnvironment(given), CHELA__gateway__port: '0' };
}

it('starts with the documented environment, reachable, and its health check agrees', async (t) => {
  const home = makeHome(t);
  const env = containerEnvironment(home, { CHELA_TOKEN: token });
  assert.match(env.CHELA__gateway__bind, /^(lan|0\.0\.0\.0)$/);
  const gateway = await startGateway(t, { home, args: [], env });
  const inside = { url: `http://127.0.0.1:${gateway.port}` };
  await getJson(inside, '/api/status', { status: 401 });
  const status = await getJson(inside, '/api/status', { headers: { authorization: `Bearer ${token}` } });
  assert.equal(status.authRequired, true);

  const check = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(read('Dockerfile'));
  const [program, ...args] = JSON.parse(check[1]);
  assert.equal(program, 'chela');
  const checked = { ...env, CHELA__gateway__port: String(gateway.port) };
  const healthy = await run(home, args, { env: checked });
  assert.equal(healthy.code, 0, healthy.output);
  await gateway.stop();
  assert.equal((await run(home, args, { env: checked })).code, 1);
});

it('refuses to start without a token', async (t) => {
  const home = makeHome(t);
  const env = containerEnvironment(home, { CHELA_TOKEN: '' });
  const { code, log } = await refusedStart(t, { home, args: [], env });
  assert.notEqual(code, 0);
  assert.match(log, /gateway\.auth\.token/);
});
