// Calls itself until the stack is full.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    const again = () => again() + 1;
    return String(again());
  } });
};
