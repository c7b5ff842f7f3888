// Where media are kept: the state directory of the plugin that asks.

import { hostRuntime } from './host.js';
import type { Json } from './values.js';

export const MAX_IMAGE_BYTES = 6 << 20;
const BYTES_OF: Record<string, number> = { image: MAX_IMAGE_BYTES, audio: 16 << 20, video: 16 << 20, document: 100 << 20 };

export const maxBytesForKind = (kind: string): number => BYTES_OF[kind] ?? BYTES_OF.document!;
export const saveMediaBuffer = (...given: unknown[]): Promise<Json> => hostRuntime('saveMediaBuffer').channel.media.saveMediaBuffer(...given);
export const readRemoteMediaBuffer = (options: Json): Promise<Json> => hostRuntime('readRemoteMediaBuffer').channel.media.readRemoteMediaBuffer(options);
