// The host process. Started by the kernel (see README.md), ended by it, or when the connection ends.

import * as module from 'node:module';

if (typeof module.registerHooks !== 'function') {
  process.stderr.write(`bridge: Node ${process.versions.node} is too old: 22.15 or newer is needed\n`);
  process.exit(78);
}

const { serve } = await import('./host/serve.js');
await serve();
