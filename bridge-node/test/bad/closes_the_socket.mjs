// Closes the descriptor of the connection.

import { closeSync } from 'node:fs';

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    closeSync(3);
    return 'ok';
  } });
};
