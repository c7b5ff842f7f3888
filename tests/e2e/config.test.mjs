// Broken configurations: everything that is wrong is said at once, with the path, by `config validate` and at start.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
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
