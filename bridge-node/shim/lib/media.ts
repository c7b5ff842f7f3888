// Media from addresses and files, with limits on size and time.

import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { detectMime, mediaKindFromMime } from './mime.js';
import type { Json } from './values.js';

const BYTES_MAX = 64 << 20;
const TIMEOUT_MS = 120_000;

export class MediaFetchError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'MediaFetchError';
    this.code = code;
  }
}

function fileNameOf(disposition: string | null, url: string): string | undefined {
  const starred = /filename\*=(?:UTF-8'')?([^;]+)/i.exec(disposition ?? '')?.[1];
  const plain = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1];
  try {
    const name = starred !== undefined ? decodeURIComponent(starred.trim()) : (plain ?? new URL(url).pathname.split('/').at(-1));
    return name ? basename(name) : undefined;
  } catch {
    return undefined;
  }
}

export async function readBody(response: Response, maxBytes = BYTES_MAX): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new MediaFetchError('max_bytes', `the media has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Fetches media; never more than `maxBytes`. */
export async function fetchRemoteMedia(options: Json): Promise<{ buffer: Buffer; contentType?: string; fileName?: string }> {
  const { url, maxBytes, filePathHint } = options;
  const request: typeof fetch = options.fetchImpl ?? fetch;
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  let response: Response;
  try {
    response = await request(url, { ...options.requestInit, signal: timeout });
  } catch (error) {
    throw new MediaFetchError('fetch_failed', `fetching ${url}: ${(error as Error).message}`);
  }
  if (!response.ok) throw new MediaFetchError('http_error', `fetching ${url}: HTTP ${response.status}`);
  const buffer = await readBody(response, maxBytes);
  const fileName = fileNameOf(response.headers.get('content-disposition'), response.url || String(url)) ?? filePathHint;
  const contentType = await detectMime({ buffer, headerMime: response.headers.get('content-type'), ...(fileName !== undefined && { filePath: fileName }) });
  return { buffer, ...(contentType !== undefined && { contentType }), ...(fileName !== undefined && { fileName }) };
}

/** Media by an address or a path. */
export async function loadWebMedia(address: string, maxBytesOrOptions?: number | Json): Promise<Json> {
  const maxBytes = (typeof maxBytesOrOptions === 'number' ? maxBytesOrOptions : maxBytesOrOptions?.maxBytes) ?? BYTES_MAX;
  let loaded: Awaited<ReturnType<typeof fetchRemoteMedia>>;
  if (/^https?:/i.test(address)) {
    loaded = await fetchRemoteMedia({ url: address, maxBytes });
  } else {
    const path = address.startsWith('file:') ? fileURLToPath(address) : address;
    if ((await stat(path)).size > maxBytes) throw new MediaFetchError('max_bytes', `${path} has more than ${maxBytes} bytes`);
    const buffer = await readFile(path);
    const contentType = await detectMime({ buffer, filePath: path });
    loaded = { buffer, fileName: basename(path), ...(contentType !== undefined && { contentType }) };
  }
  return { ...loaded, kind: mediaKindFromMime(loaded.contentType) ?? 'document' };
}
