// Never finishes to register.

export default () => new Promise(() => {});
