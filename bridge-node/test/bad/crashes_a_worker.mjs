// Has a thread that throws.

import { Worker } from 'node:worker_threads';

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    new Worker('throw new Error("in a thread")', { eval: true });
    return 'ok';
  } });
};
