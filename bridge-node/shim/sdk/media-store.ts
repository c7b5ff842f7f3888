// Where media are kept.

export { saveMediaBuffer } from '../lib/media_store.js';
