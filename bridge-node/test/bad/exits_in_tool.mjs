// Ends the process it shares.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    process.exit(3);
  } });
};
