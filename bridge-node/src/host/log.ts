// A plugin's lines on their way to the gateway's log: bounded in length and number, since a plugin may say anything.

import { inspect } from 'node:util';
import type { LogWriteParamsLevel as Level } from '../protocol.js';

const LINE_LENGTH_MAX = 8192;
const LINES_PER_SECOND = 100;

export class LineLimit {
  #second = 0;
  #lines = 0;
  #dropped = 0;

  /** The lines to write now: the given one, if it is within the limit, and a word about those that were not. */
  take(line: string, now: number): string[] {
    const second = Math.floor(now / 1000);
    const lines: string[] = [];
    if (second !== this.#second) {
      if (this.#dropped > 0) lines.push(`${this.#dropped} lines were left out: more than ${LINES_PER_SECOND} in a second`);
      this.#second = second;
      this.#lines = 0;
      this.#dropped = 0;
    }
    this.#lines += 1;
    if (this.#lines > LINES_PER_SECOND) this.#dropped += 1;
    else lines.push(line.slice(0, LINE_LENGTH_MAX));
    return lines;
  }
}

/** What upstream's loggers take: mostly a sentence, sometimes anything at all. */
export function lineOf(parts: unknown[]): string {
  const text = parts.map((part) => (typeof part === 'string' ? part : inspect(part, { depth: 3, breakLength: Infinity }))).join(' ');
  return text;
}

export interface Logger {
  trace(...parts: unknown[]): void;
  debug(...parts: unknown[]): void;
  info(...parts: unknown[]): void;
  warn(...parts: unknown[]): void;
  error(...parts: unknown[]): void;
  fatal(...parts: unknown[]): void;
  child(bindings?: unknown): Logger;
}

export function makeLogger(write: (level: Level, line: string) => void, prefix = ''): Logger {
  const at = (level: Level) => (...parts: unknown[]) => write(level, prefix + lineOf(parts));
  return {
    trace: at('debug'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('error'),
    child: (bindings) => {
      const name = (bindings as { name?: unknown; module?: unknown } | undefined)?.module ?? (bindings as { name?: unknown } | undefined)?.name;
      return makeLogger(write, typeof name === 'string' ? `${prefix}[${name}] ` : prefix);
    },
  };
}
