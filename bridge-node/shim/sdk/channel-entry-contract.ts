// Entries of channels.

export { defineChannelPluginEntry, defineSetupPluginEntry } from '../lib/entries.js';
