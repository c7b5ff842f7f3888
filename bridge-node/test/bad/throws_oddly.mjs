// Throws things that cannot be shown.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    const odd = [null, undefined, 5, Symbol('s'), { get message() { throw new Error('no'); } }, { toString: null },
      new Proxy({}, { get() { throw new Error('no'); }, has() { throw new Error('no'); } })];
    throw odd[args.index];
  } });
};
