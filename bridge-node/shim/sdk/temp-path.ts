// Temporary files.

export { buildRandomTempFilePath, resolvePreferredOpenClawTmpDir, withTempDownloadPath } from '../lib/files.js';
