// Writes to standard output in every way there is.

import { writeSync } from 'node:fs';

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    console.log('by console');
    process.stdout.write('by stream\n');
    console.error({ by: 'error' });
    writeSync(1, 'by descriptor\n');
    return 'ok';
  } });
};
