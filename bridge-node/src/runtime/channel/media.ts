// runtime.channel.media and runtime.media: what came with messages is kept in the state directory, where the kernel finds it.

import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fetchRemoteMedia, loadWebMedia, readBody } from '#shim/lib/media.js';
import { detectMime, extensionOf, isVoiceCompatibleAudio, mediaKindFromMime } from '#shim/lib/mime.js';
import { CallError } from '../../connection/errors.js';
import type { Plugin } from '../../plugin/plugin.js';
import { stringOf, type Json } from '../../json.js';
import { fileName, stateDirectoryOf } from './store.js';

const BYTES_MAX = 5 << 20;

interface Piece {
  buffer: Buffer;
  contentType?: string | undefined;
  subdir?: string | undefined;
  maxBytes?: number | undefined;
  name?: string | undefined;
}

async function save(plugin: Plugin, piece: Piece): Promise<Json> {
  const { buffer, maxBytes = BYTES_MAX } = piece;
  if (buffer.length > maxBytes) throw new CallError('exhausted', `the media has ${buffer.length} bytes, and ${maxBytes} are allowed`);
  const name = stringOf(piece.name);
  const contentType = await detectMime({ buffer, headerMime: piece.contentType ?? null, ...(name !== undefined && { filePath: name }) });
  const folder = join(stateDirectoryOf(plugin), 'media', ...(stringOf(piece.subdir) ?? 'inbound').split(/[\\/]+/).map(fileName));
  const extension = extensionOf(contentType) ?? (name === undefined ? '' : extname(name));
  const stem = name === undefined ? '' : `${fileName(name.slice(0, name.length - extname(name).length)).slice(0, 60)}---`;
  const id = `${stem}${randomUUID()}${extension}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, id), buffer, { mode: 0o600 });
  return { id, path: join(folder, id), size: buffer.length, contentType };
}

export function channelMediaRuntime(plugin: Plugin): Json {
  const saveMediaBuffer = (buffer: Buffer, contentType?: string, subdir?: string, maxBytes?: number, name?: string) =>
    save(plugin, { buffer: Buffer.from(buffer), contentType, subdir, maxBytes, name });
  return {
    fetchRemoteMedia,
    readRemoteMediaBuffer: fetchRemoteMedia,
    saveMediaBuffer,
    saveRemoteMedia: async (options: Json) => {
      const { buffer, contentType, fileName: name } = await fetchRemoteMedia(options);
      return { ...(await save(plugin, { buffer, contentType, subdir: stringOf(options.subdir), maxBytes: options.maxBytes as number, name })), fileName: name };
    },
    saveResponseMedia: async (response: Response, options: Json = {}) => {
      const maxBytes = (options.maxBytes as number | undefined) ?? BYTES_MAX;
      const contentType = response.headers.get('content-type') ?? undefined;
      return save(plugin, { buffer: await readBody(response, maxBytes), contentType, subdir: stringOf(options.subdir), maxBytes, name: stringOf(options.filePathHint) });
    },
  };
}

export function mediaRuntime(plugin: Plugin): Json {
  const unsupported = (name: string) => async () => {
    throw new CallError('unsupported', `media.${name}: images are not changed by the gateway; send them as they are`);
  };
  return { loadWebMedia, detectMime, mediaKindFromMime, isVoiceCompatibleAudio, saveMediaBuffer: channelMediaRuntime(plugin).saveMediaBuffer,
    getImageMetadata: async () => null, resizeToJpeg: unsupported('resizeToJpeg') };
}
