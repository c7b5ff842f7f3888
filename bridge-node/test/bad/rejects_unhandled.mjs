// Leaves a rejected promise alone.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    void Promise.reject(new Error('nobody looks'));
    return 'ok';
  } });
};
