// Media: loading, types, the programs that change them.

export { runFfmpeg, runFfprobe } from '../lib/files.js';
export { MediaFetchError, fetchRemoteMedia, loadWebMedia } from '../lib/media.js';
export { MAX_IMAGE_BYTES, maxBytesForKind, readRemoteMediaBuffer, saveMediaBuffer } from '../lib/media_store.js';
export { detectMime, extensionOf as extensionForMime, isVoiceCompatibleAudio, mediaKindFromMime } from '../lib/mime.js';
