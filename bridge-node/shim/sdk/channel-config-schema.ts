// Schemas of channels.

export { buildChannelConfigSchema, emptyPluginConfigSchema as emptyChannelConfigSchema } from '../lib/entries.js';
