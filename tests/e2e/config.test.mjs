// Broken configurations: everything that is wrong is said at once, with the path, by `config validate` and at start.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Conversation } from './conversation.mjs';
import { getJson, makeHome, refusedStart, run, startGateway } from './gateway.mjs';

const broken = [
  ['a syntax error', '{ gateway: { port: 1234, ', [/chela\.json:1:\d+/]],
  ['an empty file', '', [/chela\.json/]],
  ['a list instead of an object', '[1, 2]', [/object/]],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), [/UTF-8/i]],
  ['a duplicate key', '{ gateway: { port: 1, port: 2 } }', [/port/]],
  ['a slip in a key', { gateway: { prot: 1234 } }, [/\$\.gateway\.prot/, /port/]],
  ['a slip in a top-level key', { gatway: { port: 1234 } }, [/\$\.gatway/, /gateway/]],
  ['a wrong type', { gateway: { port: 'many' } }, [/\$\.gateway\.port/]],
  ['a number out of range', { gateway: { port: 70000 } }, [/\$\.gateway\.port/, /65535/]],
  ['a fraction for a whole number', { gateway: { port: 80.5 } }, [/\$\.gateway\.port/]],
  ['an object for a text', { gateway: { bind: { address: 'x' } } }, [/\$\.gateway\.bind/]],
  [
    'many errors at once',
    { gateway: { port: -1, auth: { tokn: 'x' } }, models: { providers: 7 }, agents: { defaults: { model: { primary: 4 } } } },
    [/\$\.gateway\.port/, /\$\.gateway\.auth\.tokn/, /\$\.models\.providers/, /\$\.agents\.defaults\.model/],
  ],
];

describe('broken configurations', () => {
  for (const [name, config, patterns] of broken) {
    it(name, async (t) => {
      const home = makeHome(t);
      const file = join(home, 'chela.json');
      const text = typeof config === 'string' || Buffer.isBuffer(config) ? config : JSON.stringify(config, null, 2);
      writeFileSync(file, text);
      const validated = await run(home, ['config', 'validate', '--config', file]);
      const started = await run(home, ['gateway', '--config', file, '--port', '0']);
      for (const { code, output } of [validated, started]) {
        assert.notEqual(code, 0, output);
        patterns.forEach((pattern) => assert.match(output, pattern));
        assert.doesNotMatch(output, /gateway ready/);
      }
    });
  }

  it('a file that is not there', async (t) => {
    const home = makeHome(t);
    const file = join(home, 'none.json');
    for (const command of ['config validate', 'gateway']) {
      const { code, output } = await run(home, [...command.split(' '), '--config', file]);
      assert.notEqual(code, 0);
      assert.match(output, /none\.json/);
    }
  });

  it('a directory in place of the file', async (t) => {
    const home = makeHome(t);
    mkdirSync(join(home, 'chela.json'));
    const { code, output } = await run(home, ['config', 'validate', '--config', join(home, 'chela.json')]);
    assert.notEqual(code, 0);
    assert.match(output, /chela\.json/);
  });

  it('an environment variable with a value of the wrong kind', async (t) => {
    const { code, log } = await refusedStart(t, { config: {}, args: [], env: { CHELA__gateway__port: 'many' } });
    assert.notEqual(code, 0);
    assert.match(log, /CHELA__gateway__port/);
  });

  it('a secret reference to nothing, without any secret in the output', async (t) => {
    const home = makeHome(t);
    const config = { models: { providers: { mock: {
      baseUrl: 'http://127.0.0.1:1/v1', apiKey: '${NO_SUCH_KEY}', models: [{ id: 'm' }] } } } };
    const { code, log } = await refusedStart(t, { home, config });
    assert.notEqual(code, 0);
    assert.match(log, /NO_SUCH_KEY/);
  });

  it('a home that cannot be written', async (t) => {
    const home = makeHome(t);
    const file = join(home, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    const { code, log } = await refusedStart(t, { home, env: { CHELA_HOME: file } });
    assert.notEqual(code, 0);
    assert.match(log, new RegExp(file));
  });
});

describe('good configurations', () => {
  it('an empty object is one', async (t) => {
    const home = makeHome(t);
    const file = join(home, 'chela.json');
    writeFileSync(file, '{}');
    const { code, output } = await run(home, ['config', 'validate', '--config', file]);
    assert.equal(code, 0, output);
  });

  it('JSON5 with comments, and the keys of an upstream file that we do not support are warnings', async (t) => {
    const config = `{
      // a comment
      gateway: { port: 18789, bind: 'loopback', auth: { mode: 'token', token: 'a-long-enough-token-42' }, },
      agents: { defaults: { workspace: '~/clawd', model: { primary: 'openai/gpt-4o' } } },
      browser: { enabled: true },
    }`;
    const home = makeHome(t);
    const file = join(home, 'chela.json');
    writeFileSync(file, config);
    const { code, output } = await run(home, ['config', 'validate', '--config', file]);
    assert.equal(code, 0, output);
    assert.match(output, /\$\.browser/);
  });

  it('the command line beats the environment, which beats the file', async (t) => {
    const token = 'a-long-enough-token-42';
    const gateway = await startGateway(t, {
      config: { gateway: { port: 1, auth: { token: 'the-token-in-the-file-1' } } },
      args: ['--port', '0'],
      env: { CHELA__gateway__port: '2', CHELA__gateway__auth__token: token },
    });
    assert.ok(gateway.port > 2);
    await getJson(gateway, '/api/status', { headers: { authorization: `Bearer ${token}` } });
  });
});

const token = 'a-long-enough-token-42';
const bearer = (value) => ({ headers: { authorization: `Bearer ${value}` } });

// Puts another file in the place of the gateway's, as editors do.
function change(gateway, config) {
  const written = join(gateway.home, 'chela.json.new');
  writeFileSync(written, typeof config === 'string' ? config : JSON.stringify(config));
  renameSync(written, join(gateway.home, 'chela.json'));
}

// Changes the file and waits until every one of `keys` is said to be in effect.
async function changeLive(gateway, config, ...keys) {
  change(gateway, config);
  for (const key of keys) await gateway.says(new RegExp(`${key.replaceAll('.', '\\.').replace('$', '\\$')} has changed and is in effect`));
}

async function post(gateway, path, body, headers = {}) {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

const say = (gateway, text = 'Hello') => post(gateway, '/api/sessions/s1/messages', { text });

describe('a file that changes while the gateway runs', () => {
  it('limits what one sender may say', async (t) => {
    const gateway = await startGateway(t);
    for (let index = 0; index < 3; ++index) assert.equal((await say(gateway)).status, 200);
    await changeLive(gateway, { gateway: { sessionRateLimitPerMinute: 1 } }, '$.gateway.sessionRateLimitPerMinute');
    assert.equal((await say(gateway)).status, 200);
    const refused = await say(gateway);
    assert.equal(refused.status, 429);
    const wait = Number(refused.headers.get('retry-after'));
    assert.ok(wait > 50 && wait <= 60, `Retry-After: ${wait}`);
  });

  it('limits connections that are open and those to come', async (t) => {
    const gateway = await startGateway(t);
    const first = await Conversation.open(gateway);
    await changeLive(
      gateway,
      { gateway: { webSocket: { maxConnectionsPerIp: 2, messagesPerMinutePerConnection: 1, maxMessageBytes: 512 } } },
      '$.gateway.webSocket.maxConnectionsPerIp', '$.gateway.webSocket.messagesPerMinutePerConnection',
    );
    const second = await Conversation.open(gateway);
    const third = await Conversation.open(gateway);
    assert.equal((await third.closed).code, 1008);
    second.send({ type: 'user_message', text: 'x'.repeat(600) });
    assert.equal((await second.closed).code, 1009);
    for (let index = 0; index < 2; ++index) first.send({ type: 'user_message', text: `Hello ${index}` });
    assert.equal((await first.closed).code, 1008);
  });

  it('admits and refuses origins, proxies and tokens in the query', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { auth: { token } } } });
    const foreign = { headers: { authorization: `Bearer ${token}`, origin: 'https://desk.example' } };
    const status = async (path, init) => (await fetch(gateway.url + path, init)).status;
    assert.equal(await status('/api/status', foreign), 403);
    assert.equal(await status(`/api/status?token=${token}`), 401);
    const security = { allowedOrigins: ['https://desk.example'], allowQueryStringToken: true };
    await changeLive(gateway, { gateway: { auth: { token }, security } },
      '$.gateway.security.allowedOrigins', '$.gateway.security.allowQueryStringToken');
    assert.equal(await status('/api/status', foreign), 200);
    assert.equal(await status(`/api/status?token=${token}`), 200);
    change(gateway, { gateway: { auth: { token } } });
    await gateway.says(/allowedOrigins[\s\S]*allowedOrigins has changed/);
    assert.equal(await status('/api/status', foreign), 403);
    assert.equal(await status(`/api/status?token=${token}`), 401);
  });

  it('revokes a token: for requests and for connections that it has opened', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { auth: { token } } } });
    const opened = await Conversation.open(gateway, { headers: bearer(token).headers });
    const other = 'another-long-enough-token-42';
    const began = performance.now();
    change(gateway, { gateway: { auth: { token: other } } });
    const { code, reason } = await opened.closed;
    assert.equal(code, 1008);
    assert.match(reason, /token/);
    assert.ok(performance.now() - began < 5_000);
    await getJson(gateway, '/api/status', { status: 401, ...bearer(token) });
    await getJson(gateway, '/api/status', bearer(other));
    assert.doesNotMatch(gateway.log, /long-enough-token/);
  });

  it('changes tools, models and how large a body may be', async (t) => {
    const gateway = await startGateway(t);
    const before = await getJson(gateway, '/doctor');
    assert.ok(before.tools.length > 1, JSON.stringify(before.tools));
    const [kept, ...denied] = before.tools;
    const providers = { mock: { baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'none', models: [{ id: 'm' }] } };
    await changeLive(
      gateway,
      {
        tools: { deny: denied },
        models: { providers },
        agents: { defaults: { model: { primary: 'mock/m' } } },
        gateway: { http: { bodyBytesMax: 1024 } },
      },
      '$.tools.deny', '$.models.providers', '$.agents.defaults.model', '$.gateway.http.bodyBytesMax',
    );
    const after = await getJson(gateway, '/doctor');
    assert.deepEqual(after.tools, [kept]);
    assert.equal((await getJson(gateway, '/api/status')).model.ref, 'mock/m');
    assert.equal((await say(gateway, 'x'.repeat(2000))).status, 413);
  });

  it('names what needs a restart, in the log and to the doctor', async (t) => {
    const gateway = await startGateway(t);
    const { port } = gateway;
    change(gateway, { gateway: { port: 1, http: { connectionsMax: 7 } }, logging: { level: 'debug' } });
    for (const key of ['gateway.port', 'gateway.http.connectionsMax', 'logging.level']) {
      await gateway.says(new RegExp(`\\$\\.${key} has changed and needs a restart`));
    }
    const { warnings, configuration } = await getJson(gateway, '/doctor');
    assert.ok(warnings.some((line) => line.includes('$.gateway.port has changed and needs a restart')), warnings.join('\n'));
    assert.equal(configuration.port, port);
    change(gateway, { gateway: { sessionRateLimitPerMinute: 5 } }); // taken back
    await gateway.says(/sessionRateLimitPerMinute has changed and is in effect/);
    const now = await getJson(gateway, '/doctor');
    assert.ok(!now.warnings.some((line) => line.includes('restart')), now.warnings.join('\n'));
  });

  it('is refused whole when it is wrong or gone, and what was said before stays', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { sessionRateLimitPerMinute: 2 } } });
    change(gateway, '{ gateway: { sessionRateLimitPerMinute: 0, prot: 1 } }');
    await gateway.says(/is not taken in: .*\$\.gateway\.prot/);
    change(gateway, '{ gateway: { ');
    await gateway.says(/is not taken in: .*chela\.json:1:/);
    rmSync(join(gateway.home, 'chela.json'));
    await gateway.says(/is not taken in: [^\n]*(none|cannot|no such file|gone)/i);
    assert.deepEqual([(await say(gateway)).status, (await say(gateway)).status, (await say(gateway)).status], [200, 200, 429]);
    await changeLive(gateway, { gateway: { sessionRateLimitPerMinute: 9 } }, '$.gateway.sessionRateLimitPerMinute');
    assert.equal((await say(gateway)).status, 200);
  });

  it('is refused when it would be unsafe where others reach the port', async (t) => {
    const config = (more = {}, tools = {}) => ({ gateway: { bind: 'lan', auth: { token }, ...more }, tools });
    const gateway = await startGateway(t, { config: config() });
    const url = `http://127.0.0.1:${gateway.port}`;
    change(gateway, config({ sessionRateLimitPerMinute: 1 }, { exec: { mode: 'full' } }));
    await gateway.says(/is not taken in: refusing to listen on 0\.0\.0\.0: tools\.exec\.mode: .*allowUnsafeToolingOnPublicBind/);
    change(gateway, config({ auth: { mode: 'none' } }));
    await gateway.says(/is not taken in: .*gateway\.auth\.mode: /);
    change(gateway, config({ auth: { token: 'short' } }));
    await gateway.says(/is not taken in: .*gateway\.auth\.token: /);
    await getJson({ url }, '/api/status', { status: 401 });
    await getJson({ url }, '/api/status', { status: 401, ...bearer('short') });
    await getJson({ url }, '/api/status', bearer(token));
    change(gateway, config({ bind: 'loopback', sessionRateLimitPerMinute: 1 }));
    await gateway.says(/\$\.gateway\.bind has changed and needs a restart/);
  });

  it('waits when gateway.reload.mode is off, until that is taken back', async (t) => {
    const reload = (mode) => ({ reload: { mode } });
    const gateway = await startGateway(t, { config: { gateway: reload('off') } });
    change(gateway, { gateway: { ...reload('off'), sessionRateLimitPerMinute: 1 } });
    await gateway.says(/gateway\.reload\.mode is "off"/);
    for (let index = 0; index < 3; ++index) assert.equal((await say(gateway)).status, 200);
    await changeLive(gateway, { gateway: { ...reload('hot'), sessionRateLimitPerMinute: 1 } },
      '$.gateway.sessionRateLimitPerMinute', '$.gateway.reload.mode');
    assert.deepEqual([(await say(gateway)).status, (await say(gateway)).status], [200, 429]);
  });

  it('may be written after the start', async (t) => {
    const gateway = await startGateway(t, { config: null });
    assert.match((await getJson(gateway, '/doctor')).configuration.file, /none/);
    await changeLive(gateway, { gateway: { sessionRateLimitPerMinute: 1 } }, '$.gateway.sessionRateLimitPerMinute');
    assert.deepEqual([(await say(gateway)).status, (await say(gateway)).status], [200, 429]);
  });

  it('may be saved many times a second by a busy editor', async (t) => {
    const gateway = await startGateway(t);
    for (let limit = 1; limit <= 200; ++limit) {
      change(gateway, limit % 3 === 0 ? '{' : { gateway: { sessionRateLimitPerMinute: limit + 1000 } });
      if (limit % 10 === 0) await getJson(gateway, '/health');
    }
    await changeLive(gateway, { gateway: { sessionRateLimitPerMinute: 1, port: 7 } });
    await gateway.says(/\$\.gateway\.port has changed and needs a restart/);
    assert.deepEqual([(await say(gateway)).status, (await say(gateway)).status], [200, 429]);
  });
});

describe('a password', () => {
  it('counts without a mode', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { auth: { password: 'a-good-password' } } } });
    await getJson(gateway, '/api/status', { status: 401 });
    await getJson(gateway, '/api/status', bearer('a-good-password'));
    const { code, output } = await run(gateway.home, ['health', '--config', join(gateway.home, 'chela.json'), '--url', gateway.url]);
    assert.equal(code, 0, output);
  });

  it('behind a reference is measured where others reach the port', async (t) => {
    const { code, log } = await refusedStart(t, {
      config: { gateway: { bind: 'lan', auth: { password: 'env:PASSWORD' } } },
      env: { PASSWORD: 'hunter2' },
    });
    assert.notEqual(code, 0);
    assert.match(log, /gateway\.auth\.password: it has 7 characters/);
    assert.doesNotMatch(log, /hunter2/);
  });
});
