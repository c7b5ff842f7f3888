// Ids of accounts.

export { DEFAULT_ACCOUNT_ID, normalizeAccountId, normalizeOptionalAccountId } from '../lib/accounts.js';
