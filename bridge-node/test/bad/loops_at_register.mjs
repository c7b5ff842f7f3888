// Never gives the event loop back while it registers.

export default () => {
  for (;;) {}
};
