// Throws in a gate, and never comes back from an observer.

export default (api) => {
  api.on('before_tool_call', () => { throw new Error('in a gate'); });
  api.on('agent_end', () => new Promise(() => {}), { timeoutMs: 50 });
};
