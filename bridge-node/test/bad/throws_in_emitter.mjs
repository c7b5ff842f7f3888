// Emits an error that nobody listens for.

import { EventEmitter } from 'node:events';

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    setImmediate(() => new EventEmitter().emit('error', new Error('from an emitter')));
    return 'ok';
  } });
};
