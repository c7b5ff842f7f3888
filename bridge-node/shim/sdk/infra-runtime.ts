// Files.

export { resolvePreferredOpenClawTmpDir, withFileLock } from '../lib/files.js';
