// json_reader: the configuration's parsers as one program that reads many documents.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { binary } from '../../e2e/gateway.mjs';

// What the program says of each document (a Buffer or text).
export async function readAll(mode, documents) {
  const child = spawn(join(dirname(binary), 'json_reader'), [mode], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise((resolve, reject) => child.on('error', reject).on('close', (...end) => resolve(end)));
  const pieces = [];
  child.stdout.on('data', (data) => pieces.push(data));
  child.stdin.on('error', () => {}); // the exit code tells
  for (const document of documents.map(Buffer.from)) {
    child.stdin.write(`${document.length}\n`);
    child.stdin.write(document);
  }
  child.stdin.end();
  const [code, signal] = await exited;
  const answers = Buffer.concat(pieces).toString().split('\n').slice(0, -1);
  assert.equal(code, 0, `json_reader ended with ${code ?? signal} at document ${answers.length}`);
  assert.equal(answers.length, documents.length);
  return answers.map((line) => JSON.parse(line));
}
