// Ends the process from a timer.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    setTimeout(() => process.exit(0));
    return 'soon';
  } });
};
