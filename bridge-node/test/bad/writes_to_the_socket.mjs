// Writes to the connection behind the host's back.

import { writeSync } from 'node:fs';

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    writeSync(3, 'this is no frame at all');
    return 'ok';
  } });
};
