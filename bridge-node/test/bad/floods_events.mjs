// Tells more progress than anybody reads.

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    for (let step = 0; step < 200_000; step += 1) onUpdate(`step ${step}`);
    return 'ok';
  } });
};
