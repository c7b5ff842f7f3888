// `node dist/cli.js ARGUMENTS…` with a job on descriptor 3 (src/cli/run.ts).

import { textOf } from './connection/errors.js';
import { readJob, runCommandLine } from './cli/run.js';

try {
  await runCommandLine(readJob(), process.argv.slice(2));
} catch (error) {
  process.stderr.write(`chela: ${textOf(error)}\n`);
  process.exitCode = 1;
}
