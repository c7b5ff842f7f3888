// Registers a tool when it is too late.

export default (api) => {
  setImmediate(() => api.registerTool({ name: 'late', description: '', parameters: {}, execute: () => 'late' }));
};
