// Whose code is running: kept along with every callback, promise and timer that a plugin begins.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Plugin } from './plugin.js';

const storage = new AsyncLocalStorage<Plugin | undefined>();

export const currentPlugin = (): Plugin | undefined => storage.getStore();

export function runAs<T>(plugin: Plugin, work: () => T): T {
  return storage.run(plugin, work);
}
