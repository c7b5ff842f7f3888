// Words for the status of channels.

export { PAIRING_APPROVED_MESSAGE } from '../lib/auth.js';
