// Has a service that never stops.

export default (api) => {
  api.registerService({ id: 'stuck', start() {}, stop: () => new Promise(() => {}) });
};
