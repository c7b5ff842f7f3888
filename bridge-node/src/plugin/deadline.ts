// Waiting, but not for ever. What is late goes on; nobody listens to it any more.

import { CallError } from '../connection/errors.js';

export function within<T>(ms: number, work: Promise<T>, what = 'no answer'): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new CallError('timed_out', `${what} after ${ms} ms`)), ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
