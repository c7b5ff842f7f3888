// Never finishes to load.

await new Promise((resolve) => setInterval(resolve, 2 ** 30));
export default () => {};
