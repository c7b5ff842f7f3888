// Setting channels up.

export { DEFAULT_ACCOUNT_ID, normalizeAccountId } from '../lib/accounts.js';
export { addWildcardAllowFrom } from '../lib/auth.js';
export { formatDocsLink, promptAccountId } from '../lib/wizard.js';
