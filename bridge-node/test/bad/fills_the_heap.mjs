// Takes memory until there is none.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    const all = [];
    for (;;) all.push(Array.from({ length: 10_000 }, () => ({ id })));
  } });
};
