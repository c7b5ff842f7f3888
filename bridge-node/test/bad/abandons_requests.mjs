// Leaves requests alone that end by themselves: no fault.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    void Promise.reject(Object.assign(new Error('gone'), { name: 'AbortError' }));
    void Promise.reject(new Error('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) }));
    return 'ok';
  } });
};
