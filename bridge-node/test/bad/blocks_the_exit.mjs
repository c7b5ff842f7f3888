// Will not let the process go.

export default () => {
  process.on('exit', () => { for (;;) {} });
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
};
