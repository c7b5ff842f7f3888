// Channels of published plugins in a real gateway: a message in by the plugin, a turn of the model, the answer out by the
// plugin; what becomes of both when the same message comes twice, two come at once, or the plugin's process is killed.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { StandIn, folderOf } from '../../bridge-node/test/published/stand_in.mjs';
import { getJson, makeHome, startGateway } from './gateway.mjs';
import { defer } from './scope.mjs';
import { goodAnswer, piece, startUpstream, streamHead, upstreamConfig } from './upstream.mjs';

const lastWords = ({ body }) => body.messages.at(-1).content;
const repeats = (socket, request) => goodAnswer(`You said: ${lastWords(request)}`)(socket);

// The host process of a plugin, below the gateway's.
function hostProcess(pid) {
  for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)) {
    if (readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('main.js')) return Number(child);
    const below = hostProcess(child);
    if (below) return below;
  }
  return undefined;
}

async function accountOf(gateway, channel) {
  return (await getJson(gateway, '/api/channels')).channels.find((one) => one.channel === channel);
}

// The account, once its plugin has said that it runs; each question is a round trip.
async function running(gateway) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const account = await accountOf(gateway, 'wecom');
    if (account.state === 'running') return account;
    assert.ok(Date.now() < deadline, JSON.stringify(account));
  }
}

async function startWith(t, { name, id, channels, behave = repeats, home = makeHome(t), entry = {} }) {
  const upstream = await startUpstream(t, behave);
  const plugins = { load: { paths: [folderOf(name)] }, entries: { [id]: { isolation: 'process', ...entry } } };
  const gateway = await startGateway(t, { home, config: { ...upstreamConfig(upstream.url), plugins, channels } });
  return { upstream, gateway, home };
}

// Its service: a WebSocket on which the bot subscribes, gets messages, and answers.
async function startWecom(t, { service: more = {}, ...options } = {}) {
  const subscribed = [];
  const waiting = [];
  const service = await StandIn.start({ socket: (send, { cmd, headers }) => {
    send({ headers, errcode: 0, errmsg: 'ok' });
    if (cmd !== 'aibot_subscribe') return;
    subscribed.push(send);
    waiting.splice(0).forEach((resume) => resume());
  } });
  defer(t, () => service.end());
  const connected = async (times) => {
    while (subscribed.length < times) await new Promise((resume) => waiting.push(resume));
  };
  const wecom = { enabled: true, botId: 'bot', secret: 's', websocketUrl: `ws://127.0.0.1:${service.port}`, dmPolicy: 'open', allowFrom: ['*'], ...more };
  const started = await startWith(t, { name: '@wecom/wecom-openclaw-plugin', id: 'wecom-openclaw-plugin', channels: { wecom }, ...options });
  await connected(1);
  const say = (id, content, user = 'User1') => subscribed.at(-1)({ cmd: 'aibot_msg_callback', headers: { req_id: `r-${id}` },
    body: { msgid: id, aibotid: 'bot', chattype: 'single', from: { userid: user }, msgtype: 'text', text: { content } } });
  const answered = (text, id) => service.heard(({ body }) => body.includes('aibot_respond_msg') && body.includes(text) && body.includes(`r-${id}`));
  return { ...started, service, say, answered, connected };
}

describe('@wecom/wecom-openclaw-plugin', () => {
  it('carries a conversation, which the gateway keeps', async (t) => {
    const { upstream, gateway, say, answered } = await startWecom(t);
    say('m1', 'hello there');
    await answered('You said: hello there', 'm1');
    say('m2', 'and again');
    await answered('You said: and again', 'm2');
    const said = upstream.requests.at(-1).body.messages.filter(({ role }) => role !== 'system');
    assert.deepEqual(said.map(({ role }) => role), ['user', 'assistant', 'user']);
    assert.ok(!upstream.requests.some(({ body }) => body.messages.some(({ role, content }) => role === 'system' && content.includes('hello there'))));
    const account = await running(gateway);
    assert.deepEqual([account.account, account.plugin], ['default', 'wecom-openclaw-plugin']);
    const { sessions } = await getJson(gateway, '/api/sessions');
    assert.equal(sessions.length, 1);
    assert.match(sessions[0].id, /^agent:main:/);
    assert.equal((await getJson(gateway, '/metrics')).channelMessages, 2);
  });

  it('gets answers to two messages at once, one after the other', async (t) => {
    const { upstream, say, answered } = await startWecom(t);
    say('m1', 'first');
    say('m2', 'second');
    await Promise.all([answered('You said: first', 'm1'), answered('You said: second', 'm2')]);
    assert.deepEqual(upstream.requests.map(lastWords), ['first', 'second']);
  });

  it('is connected again when its process is killed, and one message is answered once', async (t) => {
    const { upstream, gateway, say, answered, connected } = await startWecom(t);
    say('m1', 'once');
    await answered('You said: once', 'm1');
    await running(gateway);
    process.kill(hostProcess(gateway.pid), 'SIGKILL');
    await connected(2);
    say('m1', 'once'); // the service did not hear of the first one
    say('m2', 'after it');
    await answered('You said: after it', 'm2');
    assert.deepEqual(upstream.requests.map(lastWords), ['once', 'after it']);
    assert.equal((await accountOf(gateway, 'wecom')).restarts, 1);
  });

  it('loses its turn when its process is killed in the middle; what was said stays', async (t) => {
    const begun = Promise.withResolvers();
    const { gateway, upstream, say, answered, connected } = await startWecom(t, { behave: (socket) => {
      socket.write(streamHead + piece('half an answer'));
      begun.resolve();
    } });
    say('m1', 'hello');
    await begun.promise;
    process.kill(hostProcess(gateway.pid), 'SIGKILL');
    await connected(2);
    upstream.behave = repeats;
    say('m2', 'still there?');
    await answered('You said: still there?', 'm2');
    const { sessions } = await getJson(gateway, '/api/sessions');
    const { messages } = await getJson(gateway, `/api/sessions/${encodeURIComponent(sessions[0].id)}`);
    const cut = messages.find(({ role }) => role === 'assistant');
    assert.equal(cut.status, 'cancelled');
  });

  it('sends what the gateway is asked to send', async (t) => {
    const { gateway, service } = await startWecom(t);
    const post = (channel, body) => fetch(`${gateway.url}/api/channels/${channel}/send`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const sent = await post('wecom', { to: 'User1', text: 'good morning' });
    assert.equal(sent.status, 200, await sent.text());
    await service.heard(({ body }) => body.includes('good morning'));
    assert.equal((await post('nowhere', { to: 'x', text: 'y' })).status, 404);
    assert.equal((await post('wecom', { to: 'x' })).status, 400);
  });

  it('is not heard from those whom the operator does not name', async (t) => {
    const { gateway, upstream, say, answered } = await startWecom(t, { service: { dmPolicy: 'allowlist', allowFrom: ['User1'] } });
    say('m1', 'let me in', 'Stranger');
    say('m2', 'hello');
    await answered('You said: hello', 'm2');
    assert.deepEqual(upstream.requests.map(lastWords), ['hello']);
    assert.equal((await getJson(gateway, '/api/sessions')).sessions.length, 1);
  });
});

describe('@tencent-weixin/openclaw-weixin', () => {
  it('carries a conversation from the accounts that it keeps itself', async (t) => {
    const waiting = [];
    let given = false;
    const service = await StandIn.start({ answer: (req) => {
      if (!req.url.endsWith('/getupdates')) return { ret: 0 };
      if (given) return new Promise((resolve) => waiting.push(resolve));
      given = true;
      return { ret: 0, get_updates_buf: 'next', msgs: [{ message_id: 7, from_user_id: 'u1@im.wechat', to_user_id: 'bot', context_token: 'ct',
        create_time_ms: Date.now(), message_type: 1, item_list: [{ type: 1, text_item: { text: 'hello' } }] }] };
    } });
    defer(t, () => {
      for (const resolve of waiting) resolve({ ret: 0 });
      service.end();
    });
    const home = makeHome(t);
    const folder = join(home, 'state', 'plugins', 'openclaw-weixin', 'openclaw-weixin', 'accounts');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '..', 'accounts.json'), '["bot1"]');
    writeFileSync(join(folder, 'bot1.json'), JSON.stringify({ token: 't', baseUrl: `http://127.0.0.1:${service.port}` }));
    const { gateway } = await startWith(t, { home, name: '@tencent-weixin/openclaw-weixin', id: 'openclaw-weixin', channels: { 'openclaw-weixin': {} } });
    const sent = await service.heard(({ url, body }) => url.endsWith('/sendmessage') && body.includes('You said: hello'));
    assert.ok(sent.body.includes('u1@im.wechat'));
    assert.equal((await accountOf(gateway, 'openclaw-weixin')).account, 'bot1');
  });
});
