// Returns what has no end.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    const details = { id };
    details.self = details;
    return { content: [{ type: 'text', text: 'ok' }], details };
  } });
};
