// Throws where nobody catches.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    setTimeout(() => { throw new Error('from a timer'); });
    return 'ok';
  } });
};
