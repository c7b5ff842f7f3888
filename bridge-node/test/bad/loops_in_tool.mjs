// Never gives the event loop back.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    for (;;) {}
  } });
};
