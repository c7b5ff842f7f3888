// node dist/scan.js DIRECTORY [ENTRY]: what a plugin needs of upstream's SDK, as one line of JSON. Nothing of the plugin is run.
// Exit code 0; 1 when the folder cannot be read, with {"error", "code"}; 64 without a folder.

import { asCallError } from './connection/errors.js';
import { LoadError } from './load/entry.js';
import { scan } from './scan/verdict.js';

const [directory, entry] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('use: node scan.js DIRECTORY [ENTRY]\n');
  process.exitCode = 64;
} else {
  try {
    process.stdout.write(`${JSON.stringify(await scan(directory, entry))}\n`);
  } catch (error) {
    const code = error instanceof LoadError ? error.code : 'load_failed';
    process.stdout.write(`${JSON.stringify({ error: asCallError(error).message, code })}\n`);
    process.exitCode = 1;
  }
}
