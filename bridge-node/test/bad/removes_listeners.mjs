// Takes the host's listeners away and throws.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    process.removeAllListeners('uncaughtException');
    setTimeout(() => { throw new Error('unheard'); });
    return 'ok';
  } });
};
