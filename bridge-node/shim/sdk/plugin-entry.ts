// The entry of a plugin.

export { buildJsonPluginConfigSchema, definePluginEntry, emptyPluginConfigSchema } from '../lib/entries.js';
export { buildChannelConfigSchema as buildPluginConfigSchema } from '../lib/entries.js';
