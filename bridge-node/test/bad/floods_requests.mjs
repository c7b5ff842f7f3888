// Asks the kernel for more than it may.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    const asked = Array.from({ length: 5000 }, () => api.runtime.llm.complete({ prompt: 'x' }).catch((error) => error.message));
    return String(new Set(await Promise.all(asked)).size);
  } });
};
