// Entries of channels.

export { defineBundledChannelEntry, defineBundledChannelSetupEntry, loadBundledEntryExportSync } from '../lib/bundled_entries.js';
export { defineChannelPluginEntry, defineSetupPluginEntry } from '../lib/entries.js';
