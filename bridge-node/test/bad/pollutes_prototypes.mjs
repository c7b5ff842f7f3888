// Gives every object a member.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    try {
      Object.prototype.timeoutMs = 1;
    } catch (error) {
      return error.name;
    }
    return 'ok';
  } });
};
