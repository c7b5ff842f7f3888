// What a test starts is taken down when it ends, last first: gateways before their homes and their model servers.

import { after } from 'node:test';

const stacks = new WeakMap();

// `t` is a test's context, or what suiteScope() gave.
export function defer(t, action) {
  let stack = stacks.get(t);
  if (!stack) {
    stack = [];
    stacks.set(t, stack);
    t.after(() => unwind(stack));
  }
  stack.push(action);
}

// For things shared by the tests of one `describe`; called in its body.
export function suiteScope() {
  const scope = { after: () => {} };
  const stack = [];
  stacks.set(scope, stack);
  after(() => unwind(stack));
  return scope;
}

async function unwind(stack) {
  const failures = [];
  while (stack.length > 0) {
    try {
      await stack.pop()();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
