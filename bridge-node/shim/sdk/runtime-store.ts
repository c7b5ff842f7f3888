// One place for the runtime that register() is given.

export { createPluginRuntimeStore } from '../lib/entries.js';
