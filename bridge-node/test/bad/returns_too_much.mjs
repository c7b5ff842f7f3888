// Returns more than fits into a frame.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    return 'x'.repeat(20_000_000);
  } });
};
