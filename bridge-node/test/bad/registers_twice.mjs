// Registers two tools of one name.

export default (api) => {
  for (const text of ['first', 'second']) api.registerTool({ name: 'go', description: text, parameters: {}, execute: () => text });
};
