// Fields that may name a secret instead of holding it.

export { hasConfiguredSecretInput, isSecretRef, normalizeSecretInputString } from '../lib/secrets.js';
