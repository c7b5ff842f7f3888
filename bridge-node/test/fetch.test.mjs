import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { registering } from './folder.mjs';
import { kernelFor } from './kernel.mjs';

const holder = kernelFor({ before, after }, { env: { CHELA_HOST_NETWORK: 'gateway' } });
const asked = [];

/** The gateway's side: what each address answers, in pieces. */
const ADDRESSES = {
  'http://a.test/echo': ({ method, headers, body }) => [200, [['content-type', 'text/plain'], ['set-cookie', 'a=1'], ['set-cookie', 'b=2']],
    [`${method} ${headers.find(({ name }) => name === 'x-a')?.value} ${Buffer.from(body ?? '', 'base64')}`]],
  'http://a.test/pieces': () => [200, [], ['one ', 'two ', 'three']],
  'http://a.test/none': () => [204, [], []],
  'http://a.test/moved': () => [302, [['location', '/echo']], ['gone']],
  'http://a.test/away': () => [307, [['location', 'http://b.test/echo']], []],
  'http://b.test/echo': ({ method, headers, body }) => [200, [], [`${method} ${headers.some(({ name }) => name === 'authorization')} ${Buffer.from(body ?? '', 'base64')}`]],
  'https://s.test/secret': () => [200, [['content-encoding', 'gzip'], ['content-length', '3']], ['sealed']],
  'http://a.test/round': () => [302, [['location', '/round']], []],
};

describe('without a network, fetch', () => {
  before(async () => {
    holder.kernel.methods['http.send'] = async (params, id) => {
      asked.push(params);
      const answer = ADDRESSES[params.url];
      if (answer === undefined) throw Object.assign(new Error('connecting: the host is not among the permissions'), { status: 'denied' });
      const [status, headers, pieces] = answer(params);
      const events = [{ type: 'head', status, headers: headers.map(([name, value]) => ({ name, value })) },
        ...pieces.map((piece) => ({ type: 'body', data: Buffer.from(piece).toString('base64') }))];
      for (const event of events) holder.kernel.send({ method: 'call.event', params: { call: id, events: [event] } });
      return {};
    };
    await holder.kernel.startPlugin(registering(`
      api.registerTool({ name: 'run', description: '', parameters: {}, execute: async (id, { code }) =>
        JSON.stringify(await new (Object.getPrototypeOf(async function () {}).constructor)('return ' + code)()) });`));
  });
  const byHttp = (protocol, url, options = '{}', body = '') => run(`(async () => {
    const { default: client } = await import('node:${protocol}');
    return new Promise((resolve, reject) => {
      const request = client.request('${url}', ${options}, async (response) => {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve([response.statusCode, response.headers['set-cookie'] ?? null, String(Buffer.concat(chunks))]);
      });
      request.on('error', (error) => resolve(error.message));
      request.end('${body}');
    });
  })()`);
  const run = async (code) => JSON.parse((await holder.kernel.request('tool.call', { plugin: 'under-test', key: 'tool:run', arguments: { code }, context: {} })).content[0].text);

  it('sends by the gateway, in the name of the plugin', async () => {
    const answer = await run(`fetch('http://a.test/echo', { method: 'POST', headers: { 'x-a': 'b' }, body: 'héllo' })
      .then(async (r) => [r.status, r.ok, r.url, r.headers.getSetCookie(), await r.text()])`);
    assert.deepEqual(answer, [200, true, 'http://a.test/echo', ['a=1', 'b=2'], 'POST b héllo']);
    assert.equal(asked.at(-1).plugin, 'under-test');
  });
  it('streams', async () => assert.equal(await run(`fetch('http://a.test/pieces').then((r) => r.text())`), 'one two three'));
  it('takes answers without a body', async () => assert.deepEqual(await run(`fetch('http://a.test/none').then((r) => [r.status, r.body])`), [204, null]));
  it('follows redirects as Node does', async () => {
    assert.equal(await run(`fetch('http://a.test/moved', { method: 'POST', headers: { 'x-a': 'b' }, body: 'x' }).then((r) => r.text())`), 'GET b ');
    assert.equal(await run(`fetch('http://a.test/away', { method: 'POST', headers: { authorization: 's' }, body: 'x' }).then((r) => r.text())`), 'POST false x');
    assert.equal(await run(`fetch('http://a.test/moved', { redirect: 'manual' }).then((r) => r.status)`), 302);
  });
  const failure = (code) => run(`${code}.then(() => 'no error', (error) => [error.name, error.message, error.cause?.message])`);
  it('does not follow them for ever, or when it shall not', async () => {
    assert.deepEqual((await failure(`fetch('http://a.test/round')`)).slice(0, 2), ['TypeError', 'fetch failed']);
    assert.deepEqual((await failure(`fetch('http://a.test/moved', { redirect: 'error' })`)).slice(0, 2), ['TypeError', 'fetch failed']);
  });
  it('fails as Node does, with the reason behind it', async () => {
    assert.deepEqual(await failure(`fetch('http://nowhere.test/')`), ['TypeError', 'fetch failed', 'connecting: the host is not among the permissions']);
  });
  it('has its like in node:http and node:https', async () => {
    assert.deepEqual(await byHttp('http', 'http://a.test/echo', `{ method: 'POST', headers: { 'X-A': 'b' } }`, 'héllo'), [200, ['a=1', 'b=2'], 'POST b héllo']);
    assert.deepEqual(asked.at(-1).headers, [{ name: 'x-a', value: 'b' }]);
    assert.deepEqual(await byHttp('https', 'https://s.test/secret'), [200, null, 'sealed']);
    assert.deepEqual(await byHttp('http', 'http://a.test/pieces'), [200, null, 'one two three']);
    assert.deepEqual((await byHttp('http', 'http://a.test/moved'))[0], 302);
    assert.match(await byHttp('https', 'https://nowhere.test/'), /not among the permissions/);
    assert.equal(asked.at(-1).url, 'https://nowhere.test/');
  });
  it('can be aborted', async () => {
    assert.equal((await failure(`fetch('http://a.test/pieces', { signal: AbortSignal.abort() })`))[0], 'AbortError');
  });
});
