// Voices, pictures and transcripts of plugins that upstream ships inside the package openclaw, each made by a stand-in of its service.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Kernel } from '../kernel.mjs';
import { StandIn, install, realPackage, redirecting } from './stand_in.mjs';

const SHIPPED = 'openclaw/dist/extensions';
const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const SOUND = `ID3${'sound '.repeat(50)}`;
let kernel;
let service;
before(async () => {
  service = await StandIn.start({ answer: ({ url }) => {
    if (url.includes('/audio/speech') || url.includes('/cognitiveservices/')) return { $text: SOUND, $type: 'audio/mpeg' };
    if (url.includes('/audio/transcriptions')) return { text: 'what was said' };
    if (url.includes('/images/generations')) return { created: 1, data: [{ b64_json: PICTURE.toString('base64') }] };
    if (url.endsWith('/picture.png')) return { $bytes: PICTURE, $type: 'image/png' };
    if (url.startsWith('/fal-ai/')) return { images: [{ url: 'https://v3.fal.media/picture.png', content_type: 'image/png' }] };
    return {};
  } });
  const { flags, env } = realPackage({ STAND_IN: String(service.port), OPENAI_API_KEY: 'key', FAL_KEY: 'key', LITELLM_API_KEY: 'key', SENSEAUDIO_API_KEY: 'key' });
  kernel = await Kernel.start({ flags: [...flags, ...redirecting], env });
});
after(async () => {
  await kernel.end();
  service.end();
});

const start = (name, more) => install(kernel, `${SHIPPED}/${name}`, name, more);
const invoke = async (plugin, kind, key, path, given) => (await kernel.request('capability.invoke', { plugin, kind, key, path, arguments: [given] })).value;
const bytesOf = ({ $bytes }) => Buffer.from($bytes, 'base64');
const heard = (part) => service.seen.find(({ url }) => url.includes(part));
const speak = (plugin, providerConfig) => invoke(plugin, 'speech', `speech:${plugin}`, 'synthesize', { text: `hello ${plugin}`, cfg: {}, providerConfig, target: 'audio-file', timeoutMs: 5000 });
const draw = (plugin, model, cfg = {}) => invoke(plugin, 'media', `media:image/${plugin}`, 'generateImage', { provider: plugin, model, prompt: `a cat for ${plugin}`, cfg, timeoutMs: 5000 });
const transcribe = (plugin) => invoke(plugin, 'media', `media:understanding/${plugin}`, 'transcribeAudio', { buffer: { $bytes: Buffer.from('RIFF').toString('base64') }, fileName: 'a.wav', mime: 'audio/wav',
  apiKey: 'key', timeoutMs: 5000, request: { allowPrivateNetwork: true } });

describe(`${SHIPPED}/openai 2026.9.6`, () => {
  before(() => start('openai'));
  it('speaks', async () => {
    const { audioBuffer } = await speak('openai', { apiKey: 'key', model: 'gpt-4o-mini-tts', voice: 'alloy' });
    assert.match(bytesOf(audioBuffer).toString(), /^ID3sound/);
    assert.equal(JSON.parse(heard('/audio/speech').body).input, 'hello openai');
  });
  it('draws', async () => {
    const { images } = await draw('openai', 'gpt-image-1');
    assert.deepEqual(bytesOf(images[0].buffer), PICTURE);
  });
  it('writes down what was said', async () => assert.equal((await transcribe('openai')).text, 'what was said'));
});

describe(`${SHIPPED}/azure-speech 2026.9.6`, () => {
  it('speaks', async () => {
    await start('azure-speech');
    const { audioBuffer } = await speak('azure-speech', { apiKey: 'key', region: 'westeurope', voice: 'en-US-JennyNeural', lang: 'en-US' });
    assert.match(bytesOf(audioBuffer).toString(), /^ID3sound/);
    assert.match(heard('/cognitiveservices/').body, /hello azure-speech/);
  });
});

describe(`${SHIPPED}/tts-local-cli 2026.9.6`, () => {
  it('speaks by a program', async () => {
    await start('tts-local-cli');
    const { audioBuffer } = await speak('tts-local-cli', { command: 'sh', args: ['-c', '{ printf RIFF0000WAVE; cat; } > "$0"', '{{OutputPath}}'], outputFormat: 'wav' });
    assert.match(bytesOf(audioBuffer).toString(), /hello tts-local-cli/);
  });
});

describe(`${SHIPPED}/senseaudio 2026.9.6`, () => {
  it('writes down what was said', async () => {
    await start('senseaudio');
    assert.equal((await transcribe('senseaudio')).text, 'what was said');
  });
});

describe(`${SHIPPED}/litellm 2026.9.6`, () => {
  it('draws', async () => {
    await start('litellm');
    const { images } = await draw('litellm', 'gpt-image-1', { models: { providers: { litellm: { baseUrl: `http://127.0.0.1:${service.port}`, models: [] } } } });
    assert.deepEqual(bytesOf(images[0].buffer), PICTURE);
  });
});

describe(`${SHIPPED}/fal 2026.9.6`, () => {
  it('draws', async () => {
    await start('fal');
    const { images } = await draw('fal', 'fal-ai/flux/dev');
    assert.deepEqual(bytesOf(images[0].buffer), PICTURE);
    assert.match(heard('/fal-ai/').body, /a cat for fal/);
  });
});
