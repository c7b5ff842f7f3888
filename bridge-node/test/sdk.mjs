// The least of an SDK that the plugins of these tests import, as the package `openclaw`.

import { pluginFolder } from './folder.mjs';

export const sdkFolder = () => pluginFolder({
  'package.json': { name: 'openclaw', version: '0.0.0', type: 'module',
    exports: { './plugin-sdk': './root.js', './plugin-sdk/*': './sdk/*.js' } },
  'root.js': `export const emptyPluginConfigSchema = () => ({});
    export const runPluginCommandWithTimeout = async ({ argv }) => ({ code: 0, stdout: argv[0], stderr: '' });`,
  'sdk/plugin-entry.js': `export const definePluginEntry = (entry) => entry;`,
  'sdk/core.js': `export const delegateCompactionToRuntime = async () => ({ ok: false });`,
  'sdk/channel-core.js': `export const buildChannelOutboundSessionRoute = (route) => route;`,
});
