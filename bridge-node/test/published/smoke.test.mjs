// The smoke manifest's form, and its runner against plugins that are and are not as expected.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pluginFolder } from '../folder.mjs';
import { differences, readManifest } from './smoke.mjs';

describe('the smoke manifest', () => {
  it('pins each of its packages', () => {
    const { version, entries } = readManifest();
    assert.equal(version, 2);
    assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
    for (const { kind, spec, packageName, configJson } of entries.filter((entry) => entry.kind !== 'clawhub-skill')) {
      assert.equal(kind, 'npm-plugin');
      assert.match(spec.slice(packageName.length), /^@\d+\.\d+\.\d+$/);
      JSON.parse(configJson);
    }
  });

  const entry = readManifest().entries.find(({ id }) => id === 'agentseo');
  const like = (tools, skill) => pluginFolder({ 'openclaw.plugin.json': { id: entry.pluginId, skills: ['skills'], configSchema: { type: 'object' } }, 'skills/one/SKILL.md': `---\nname: ${skill}\n---\n`,
    'index.mjs': `export default (api) => { for (const name of ${JSON.stringify(tools)}) api.registerTool({ name, description: '', parameters: {}, execute: async () => '' }); };` });
  it('takes a plugin that is as expected', async () => assert.deepEqual(await differences(entry, like(entry.expectedToolNames, 'agentseo')), []));
  it('says what another lacks', async () => assert.deepEqual(await differences(entry, like(['agentseo_search'], 'other')), ['no tool agentseo_job_status', 'no skill agentseo']));
  it('lets a plugin register a command line', async () => {
    const wanted = readManifest().entries.find(({ id }) => id === 'supermemory');
    const folder = pluginFolder({ 'openclaw.plugin.json': { id: wanted.pluginId, configSchema: { type: 'object' } }, 'index.mjs': "export default (api) => api.registerCli(() => {}, { commands: ['supermemory'] });" });
    assert.deepEqual(await differences(wanted, folder), []);
  });
});
