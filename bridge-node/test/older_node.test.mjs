// What plugins written for a newer Node find in an older one. The tests say the same on every line of Node.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pluginFolder } from './folder.mjs';
import { kernelFor } from './kernel.mjs';

const holder = kernelFor({ before, after });
const KINDS = `const empty = () => Buffer.from(new Float32Array([]).buffer);
export function kinds() {
  const statement = new DatabaseSync(':memory:').prepare('SELECT typeof(?) AS kind');
  const named = new DatabaseSync(':memory:').prepare('SELECT typeof($v) AS kind, typeof($n) AS other');
  return [statement.get(empty()).kind, statement.all(empty())[0].kind, statement.get(null).kind, statement.get(Buffer.from('x')).kind, Object.values(named.get({ $v: empty(), $n: 1 })).join()];
}`;
const FILES = {
  'package.json': { type: 'module' },
  'kinds.js': `import { DatabaseSync } from 'node:sqlite';\n${KINDS}`,
  'thread.js': `import { parentPort, workerData } from 'node:worker_threads';\nimport { kinds } from './kinds.js';\nparentPort.postMessage([...kinds(), workerData]);`,
  'index.js': `import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { kinds } from './kinds.js';
const inThread = async (options) => (await once(new Worker(new URL('thread.js', import.meta.url), { workerData: 'given', ...options }), 'message'))[0];
export default (api) => api.registerTool({ name: 'kinds', description: '', parameters: {}, execute: async (id, { where, options }) =>
  JSON.stringify(where === 'thread' ? await inThread(options) : kinds()) });`,
};
const EXPECTED = ['blob', 'blob', 'null', 'blob', 'blob,real'];

describe('an empty vector in SQLite', () => {
  before(() => holder.kernel.startPlugin(pluginFolder(FILES), { entry: 'index.js' }));
  const ask = async (given) => JSON.parse((await holder.kernel.request('tool.call', { plugin: 'under-test', key: 'tool:kinds', arguments: given, context: {} })).content[0].text);

  it('is empty bytes', async () => assert.deepEqual(await ask({}), EXPECTED));
  it('is so in threads of a plugin', async () => assert.deepEqual(await ask({ where: 'thread' }), [...EXPECTED, 'given']));
  it('is so in threads with options of their own', async () => assert.deepEqual(await ask({ where: 'thread', options: { execArgv: ['--no-warnings'] } }), [...EXPECTED, 'given']));
});
