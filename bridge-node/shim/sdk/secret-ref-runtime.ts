// Secrets by their names.

export { resolveSecretRefValues } from '../lib/secrets.js';
