// What plugins throw where nobody catches, and their attempts to end the process: each is put down to its plugin.

import type { Plugin } from '../plugin/plugin.js';
import { leave } from '../connection/socket.js';
import { textOf } from '../connection/errors.js';

const TRANSIENT = new Set(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET']);
const EXIT_UNATTRIBUTED = 70;

export interface Suspects {
  /** The plugin whose code is running. */
  current(): Plugin | undefined;
  all(): Iterable<Plugin>;
}

/** A plugin that asked for the end of the process gets this instead. */
class ExitRefused extends Error {
  constructor(how: string) {
    super(`${how}: a plugin cannot end the process that it shares`);
    this.name = 'ExitRefused';
  }
}

/** An abandoned request or a cut connection: upstream lives on after those, too. */
function isTransient(thrown: unknown): boolean {
  for (let error = thrown as { name?: unknown; code?: unknown; cause?: unknown } | null | undefined, depth = 0;
    error !== null && typeof error === 'object' && depth < 5; error = error.cause as typeof error, depth += 1) {
    if (error.name === 'AbortError' || TRANSIENT.has(String(error.code))) return true;
  }
  return false;
}

function culprit(suspects: Suspects, thrown: unknown): Plugin | undefined {
  const running = suspects.current();
  if (running !== undefined) return running;
  const stack = String((thrown as { stack?: unknown } | null)?.stack ?? '');
  return [...suspects.all()].find((plugin) => stack.includes(`${plugin.directory}/`));
}

export function watchFaults(suspects: Suspects): void {
  const fault = (what: string, mayPass: boolean) => (thrown: unknown) => {
    const plugin = culprit(suspects, thrown);
    if (thrown instanceof ExitRefused && plugin?.failed) return;
    const message = `${what}: ${textOf(thrown)}`;
    if (mayPass && isTransient(thrown)) {
      if (plugin !== undefined) plugin.log('warn', message);
      else console.error(message);
    } else if (plugin !== undefined) {
      plugin.log('error', String((thrown as { stack?: unknown } | null)?.stack ?? message));
      plugin.fail(message);
    } else {
      // Whose state is broken cannot be told, so nobody's can be trusted.
      console.error(message, (thrown as { stack?: unknown } | null)?.stack);
      leave(EXIT_UNATTRIBUTED);
    }
  };
  process.on('uncaughtException', fault('an exception that nobody caught', false));
  process.on('unhandledRejection', fault('a rejected promise that nobody handled', true));
  refuseExit(suspects);
}

function refuseExit(suspects: Suspects): void {
  const refuse = (how: string): never => {
    suspects.current()?.fail(`it called ${how}`);
    throw new ExitRefused(how);
  };
  const guarded = (name: 'exit' | 'reallyExit' | 'abort') => {
    const original = (process as unknown as Record<string, ((code?: number) => never) | undefined>)[name];
    if (original === undefined) return;
    Object.defineProperty(process, name, {
      configurable: true,
      writable: true,
      value: (code?: number) => (suspects.current() === undefined ? original.call(process, code) : refuse(`process.${name}`)),
    });
  };
  guarded('exit');
  guarded('reallyExit');
  guarded('abort');
  const kill = process.kill.bind(process);
  process.kill = (pid, signal) => {
    const self = pid === process.pid || pid === 0 || pid === -process.pid;
    return self && signal !== 0 && suspects.current() !== undefined ? refuse('process.kill on itself') : kill(pid, signal);
  };
}

/** Nobody can give every object of the process a new member. What the language put there can still be changed. */
export function guardPrototypes(): void {
  Object.preventExtensions(Object.prototype);
}
