// @chela/native-plugin: native Chela plugins in Node. `openPlugin` for any program, `nativeEntry` for upstream OpenClaw.

import { NativePlugin } from './plugin.js';

export { PluginError } from './errors.js';
export { nativeEntry } from './openclaw.js';
export { NativePlugin };

/** Loads and starts the plugin in `directory` (chela.plugin.json and the library). Throws when it does not start. */
export function openPlugin(options) {
  return new NativePlugin(options);
}
