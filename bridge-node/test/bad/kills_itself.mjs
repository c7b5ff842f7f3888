// Sends itself a signal.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    process.kill(process.pid, 'SIGKILL');
  } });
};
