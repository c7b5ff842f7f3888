// Returns an object that throws when it is read.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    return { content: [{ type: 'text', text: 'ok' }], get details() { throw new Error('trap'); } };
  } });
};
