// Never answers a call.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    return new Promise(() => {});
  } });
};
