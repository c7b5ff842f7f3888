// Programs.

export { runPluginCommandWithTimeout } from '../lib/files.js';
export { runCommandWithTimeout } from '../lib/programs.js';
