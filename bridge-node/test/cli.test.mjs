import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { registering } from './folder.mjs';
import { sdkFolder } from './sdk.mjs';

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const kitchenSink = fileURLToPath(new URL('../node_modules/@openclaw/kitchen-sink', import.meta.url));
const shim = sdkFolder();

async function run(directory, args, job = {}) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: { ...process.env, CHELA_BRIDGE_SHIM: shim } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  child.stderr.on('data', (chunk) => (output.stderr += chunk));
  child.stdio[3].end(JSON.stringify({ plugin: 'p', directory, entry: '', config: {}, ...job }));
  const [code] = await once(child, 'close');
  return { code, ...output };
}

describe('a command line of a plugin', () => {
  const directory = registering(`
    api.registerService({ id: 's', start() { console.log('a service was started'); } });
    api.registerCli(({ program, config, logger }) => {
      program.command('greet <name>').option('--loud').action((name, { loud }) => {
        logger.info('a line for people');
        console.log(loud ? name.toUpperCase() : name, config.word, api.pluginConfig.own);
      });
      program.command('fails').action(async () => { throw new Error('it cannot'); });
      program.command('asks').action(() => api.runtime.llm.complete({ prompt: 'x' }));
    }, { commands: ['greet', 'fails', 'asks'] });
    api.registerNodeCliFeature(({ program }) => program.command('ping').action(() => console.log('pong')), { commands: ['ping'] });`);

  it('gets its arguments, its configuration and the terminal', async () => {
    const { code, stdout, stderr } = await run(directory, ['greet', 'ann', '--loud'], { config: { own: 1 }, gatewayConfig: { word: 'w' } });
    assert.deepEqual([code, stdout], [0, 'ANN w 1\n']);
    assert.match(stderr, /a line for people/);
  });
  it('may stand below others', async () => assert.equal((await run(directory, ['nodes', 'ping'])).stdout, 'pong\n'));
  it('that fails says why', async () => {
    const { code, stderr } = await run(directory, ['fails']);
    assert.equal(code, 1);
    assert.match(stderr, /chela: it cannot/);
  });
  it('has no gateway', async () => assert.match((await run(directory, ['asks'])).stderr, /no connection to the gateway/));
  it('that nobody has is refused', async () => assert.equal((await run(directory, ['nobody'])).code, 1));
  it('of upstream\'s fixture runs', async () => {
    const manifest = JSON.parse(readFileSync(`${kitchenSink}/openclaw.plugin.json`, 'utf8'));
    const { code, stdout } = await run(kitchenSink, ['kitchen-sink', '--json'], { manifest, config: { personality: 'conformance' } });
    assert.deepEqual([code, JSON.parse(stdout).scenarioId], [0, 'cli.status']);
  });
});
