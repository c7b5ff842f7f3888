// JSONTestSuite as configuration files: through the parser, and each as the file of `chela config validate`.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import JSON5 from 'json5';
import { run } from '../../e2e/gateway.mjs';
import { corpus } from './corpus.mjs';
import { readAll } from './reader.mjs';
import { configVerdicts, isAccepted, reason } from './verdicts.mjs';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// Where we are stricter than JSON5 itself.
const stricter = /surrogate|nests? more|stands only once/;

function json5Accepts(bytes) {
  try {
    JSON5.parse(utf8.decode(bytes));
    return true;
  } catch {
    return false;
  }
}

describe('configuration files', () => {
  const home = mkdtempSync(join(tmpdir(), 'chela-hostile-'));
  after(() => rmSync(home, { recursive: true }));
  let read;
  const validated = new Map();

  async function validate({ name, bytes }) {
    const file = join(home, name);
    writeFileSync(file, bytes);
    validated.set(name, await run(home, ['config', 'validate', '--json', '--config', file]));
  }

  before(async () => {
    read = await readAll(
      'json5',
      corpus.map(({ bytes }) => bytes),
    );
    const left = [...corpus];
    const worker = async () => {
      while (left.length > 0) await validate(left.pop());
    };
    await Promise.all(Array.from({ length: 4 }, worker));
  });

  corpus.forEach(({ name, bytes }, index) => {
    const accepted = isAccepted(configVerdicts, name);
    const why = reason(configVerdicts, name);
    it(`${name}: ${accepted ? 'read' : 'refused'}, ${why}`, () => {
      assert.equal('value' in read[index], accepted, JSON.stringify(read[index]));
      assert.equal(accepted || stricter.test(why), json5Accepts(bytes), 'json5 thinks otherwise');
      const { code, output } = validated.get(name);
      assert.ok(code === 0 || code === 1, output);
      assert.equal(!output.includes('"config_syntax"'), accepted, output);
    });
  });
});
