// Writes more lines than anybody reads, and one that is too long.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    console.log('x'.repeat(100_000));
    for (let line = 0; line < 10_000; line += 1) console.log(`line ${line}`);
    return 'ok';
  } });
};
