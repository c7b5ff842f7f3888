// Programs that a plugin runs, within its cage, and what to do about a native part that does not load.

import { spawn } from 'node:child_process';
import { isObject, text, type Json } from './values.js';

const TIMEOUT_MS = 60_000;
const OUTPUT_BYTES_MAX = 16 << 20;
const KILL_AFTER_MS = 2000;

interface Options {
  timeoutMs?: unknown;
  cwd?: unknown;
  input?: unknown;
  env?: unknown;
  signal?: unknown;
  maxOutputBytes?: unknown;
}

/** What a stream says, no more than so many bytes of it. */
function collecting(stream: NodeJS.ReadableStream, most: number): () => string {
  const chunks: Buffer[] = [];
  let left = most;
  stream.on('data', (chunk: Buffer) => {
    if (left > 0) chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function environmentOf(env: unknown): NodeJS.ProcessEnv {
  if (!isObject(env)) return process.env;
  const merged: Json = { ...process.env, ...env };
  return Object.fromEntries(Object.entries(merged).flatMap(([name, value]) => (value === undefined || value === null ? [] : [[name, String(value)]])));
}

/** Rejects only when the program cannot be started. */
export function runCommandWithTimeout(argv: unknown, given: unknown = {}): Promise<Json> {
  const [program, ...args] = Array.isArray(argv) ? argv.map(String) : [];
  if (program === undefined || program === '') return Promise.reject(new Error('runCommandWithTimeout: argv names no program'));
  const options: Options = typeof given === 'number' ? { timeoutMs: given } : isObject(given) ? given : {};
  const most = typeof options.maxOutputBytes === 'number' ? Math.min(options.maxOutputBytes, OUTPUT_BYTES_MAX) : OUTPUT_BYTES_MAX;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe', env: environmentOf(options.env), ...(text(options.cwd) !== undefined && { cwd: String(options.cwd) }) });
    const stdout = collecting(child.stdout, most);
    const stderr = collecting(child.stderr, most);
    let ended: 'exit' | 'timeout' | 'signal' = 'exit';
    let kill: NodeJS.Timeout | undefined;
    const end = (why: 'timeout' | 'signal') => {
      ended = why;
      child.kill('SIGTERM');
      kill = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
    };
    const timer = setTimeout(() => end('timeout'), typeof options.timeoutMs === 'number' ? options.timeoutMs : TIMEOUT_MS);
    const abort = () => end('signal');
    const signal = options.signal instanceof AbortSignal ? options.signal : undefined;
    signal?.addEventListener('abort', abort, { once: true });
    const finish = (code: number | null, by: NodeJS.Signals | null) => {
      clearTimeout(timer);
      clearTimeout(kill);
      signal?.removeEventListener('abort', abort);
      resolve({ pid: child.pid, code, signal: by, killed: child.killed, termination: ended, stdout: stdout(), stderr: stderr() });
    };
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', finish);
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(typeof options.input === 'string' ? options.input : undefined);
  });
}

export function formatNativeDependencyHint({ packageName, manager = 'npm', rebuildCommand, approveBuildsCommand, downloadCommand }: Json): string {
  const rebuild = text(rebuildCommand) ?? `${String(manager)} rebuild ${String(packageName)}`;
  const steps = [approveBuildsCommand, rebuild, downloadCommand].flatMap((step) => text(step) ?? []);
  return `Install ${String(packageName)} with its native part: ${steps.join('; ')}`;
}
