// Upstream's own channels, unchanged, all in one host process with the real package openclaw: each takes a message from a
// stand-in of its network, gives it to a turn of the kernel, and sends the answer back.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Kernel } from '../kernel.mjs';
import { irc } from './official/irc.mjs';
import { matrix } from './official/matrix.mjs';
import { mattermost } from './official/mattermost.mjs';
import { synologyChat } from './official/synology_chat.mjs';
import { zalo } from './official/zalo.mjs';
import { answering, install, realPackage } from './stand_in.mjs';

const CHANNELS = [irc, mattermost, matrix, synologyChat, zalo].filter(({ id }) => !process.env.ONLY || process.env.ONLY.split(',').includes(id));
const channels = {};
let kernel;
before(async () => {
  for (const channel of CHANNELS) channels[channel.id] = await channel.begin();
  kernel = await Kernel.start(realPackage({ ZALO_API_URL: process.env.ZALO_API_URL ?? '' }));
});
after(async () => {
  await kernel.end();
  for (const channel of CHANNELS) channel.end();
});

for (const { name, version, id, kinds, receive, sender, sent, own } of CHANNELS) {
  describe(`${name} ${version}`, () => {
    const ask = (method, params) => kernel.request(method, { plugin: id, key: `channel:${id}`, account: 'default', ...params });

    it('takes a message, gives it to a turn, sends the answer back', async () => {
      const { registrations } = await install(kernel, name, id, { gatewayConfig: { channels } });
      assert.deepEqual([...new Set(registrations.map(({ kind }) => kind))].sort(), kinds);
      const accounts = (await ask('channel.accounts', {})).accounts;
      assert.deepEqual(accounts.map(({ accountId, configured }) => [accountId, configured]), [['default', true]]);
      const turn = answering(kernel, `an answer from ${id}`);
      await ask('channel.start');
      await receive(`hello ${id}`, kernel);
      const { params, delivered } = await turn;
      assert.equal(params.plugin, id);
      assert.match(params.context.BodyForAgent, new RegExp(`hello ${id}$`));
      assert.match(params.context.SessionKey, /^agent:main:/);
      if (sender !== undefined) assert.equal(params.context.SenderId, sender);
      assert.equal(delivered.error, '');
      assert.ok(await sent(`an answer from ${id}`));
    });
    it('sends by itself, and ends with its account', async () => {
      await ask('channel.send', { to: own.to, text: `on its own ${id}` });
      assert.ok(await own.sent(`on its own ${id}`));
      await ask('channel.stop');
    });
  });
}
