// What surrounds a plugin: its log, and waiting for its end.

export { createSubsystemLogger, logVerbose, shouldLogVerbose, waitForAbortSignal } from '../lib/logs.js';

const plain = (...words: unknown[]): string => words.join(' ');
export { plain as danger, plain as info, plain as success, plain as warn };
