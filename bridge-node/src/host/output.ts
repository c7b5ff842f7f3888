// Standard output and standard error as plugins see them: what is written there becomes log lines of the plugin that wrote.
// The descriptors themselves stay what the kernel gave; it reads them, too.

import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import type { LogWriteParamsLevel as Level } from '../protocol.js';

const PARTIAL_LENGTH_MAX = 8192;

/** Whoever writes: the plugin whose code is running, or none. */
export interface Speaker {
  log(level: Level, line: string): void;
}

function lineStream(level: Level, descriptor: number, speaker: () => Speaker | undefined): Writable {
  const partial = new Map<Speaker | undefined, string>();
  const say = (who: Speaker | undefined, line: string) => {
    if (who !== undefined) {
      who.log(level, line);
      return;
    }
    try {
      writeSync(descriptor, `${line}\n`);
    } catch {
      // Nobody listens there; a log line is not worth an end.
    }
  };
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const who = speaker();
      const lines = ((partial.get(who) ?? '') + String(chunk)).split('\n');
      const rest = lines.pop()!;
      for (const line of lines) say(who, line);
      if (rest.length > PARTIAL_LENGTH_MAX) say(who, rest);
      if (rest === '' || rest.length > PARTIAL_LENGTH_MAX) partial.delete(who);
      else partial.set(who, rest);
      done();
    },
    destroy(_error, done) {
      done(null); // process.stdout cannot be closed by a plugin
    },
  });
  return Object.assign(stream, { fd: descriptor, isTTY: false, columns: 80, _type: 'pipe' });
}

export function captureOutput(speaker: () => Speaker | undefined): void {
  const streams = { stdout: lineStream('info', 1, speaker), stderr: lineStream('warn', 2, speaker) };
  for (const [name, stream] of Object.entries(streams)) {
    Object.defineProperty(process, name, { get: () => stream, configurable: false, enumerable: true });
  }
}
