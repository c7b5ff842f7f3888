// Programs.

export { runPluginCommandWithTimeout } from '../lib/files.js';
