// Ends as a crash of native code does.

import { execFileSync } from 'node:child_process';

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    execFileSync('kill', ['-SEGV', String(process.pid)]);
  } });
};
