// Temporary files, locks beside files, and programs that are run.

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from './values.js';

const OUTPUT_BYTES_MAX = 10 << 20;
const PROGRAM_MS = 45_000;

export function resolvePreferredOpenClawTmpDir(): string {
  const path = join(tmpdir(), `openclaw-${process.getuid?.() ?? 0}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

const clean = (part: unknown, otherwise: string): string => String(part ?? '').replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '') || otherwise;

export function buildRandomTempFilePath({ prefix, extension, tmpDir, now, uuid }: Json): string {
  const ending = clean(String(extension ?? '').replace(/^\./, ''), '');
  const name = `${clean(prefix, 'tmp')}-${now ?? Date.now()}-${uuid ?? randomUUID()}`;
  return join(tmpDir ?? resolvePreferredOpenClawTmpDir(), ending === '' ? name : `${name}.${ending}`);
}

export async function withTempDownloadPath<T>({ prefix, fileName, tmpDir }: Json, work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpDir ?? resolvePreferredOpenClawTmpDir(), `${clean(prefix, 'tmp')}-`));
  try {
    return await work(join(folder, clean(String(fileName ?? 'download.bin').replaceAll('.', '_dot_'), 'download').replaceAll('_dot_', '.')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isStale(path: string, staleMs: number): Promise<boolean> {
  try {
    const { pid } = JSON.parse(await readFile(path, 'utf8')) as { pid: number };
    process.kill(pid, 0);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
    return (await stat(path).then(({ mtimeMs }) => Date.now() - mtimeMs, () => 0)) > staleMs;
  }
}

/** Runs `work` while `path.lock` is ours. */
export async function withFileLock<T>(path: string, options: Json, work: () => Promise<T>): Promise<T> {
  const { retries = 10, factor = 2, minTimeout = 50, maxTimeout = 1000 } = options?.retries ?? {};
  const lock = `${path}.lock`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const file = await open(lock, 'wx', 0o600);
      await file.writeFile(JSON.stringify({ pid: process.pid, createdAt: new Date().toISOString() }));
      await file.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt >= retries) throw error;
      if (await isStale(lock, options?.stale ?? 30_000)) await rm(lock, { force: true });
      const wait = Math.min(minTimeout * factor ** attempt, maxTimeout);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function run(program: string, args: string[], options: Json = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: options.timeoutMs ?? PROGRAM_MS, maxBuffer: options.maxBufferBytes ?? OUTPUT_BYTES_MAX }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`running ${program}: ${error.message}${(error as NodeJS.ErrnoException).code === 'ENOENT' ? '; install it first' : ''}`));
    });
  });
}

export const runFfmpeg = (args: string[], options?: Json): Promise<string> => run('ffmpeg', args, options);
export const runFfprobe = (args: string[], options?: Json): Promise<string> => run('ffprobe', args, options);

/** A program with its arguments; how it ended is the answer, not an exception. */
export function runPluginCommandWithTimeout({ argv, timeoutMs = PROGRAM_MS, cwd, env }: Json): Promise<Json> {
  const [program, ...args] = argv as string[];
  return new Promise((resolve) => {
    execFile(program!, args, { timeout: timeoutMs, cwd, env: { ...process.env, ...env }, maxBuffer: OUTPUT_BYTES_MAX }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr: error !== null && stderr === '' ? error.message : stderr });
    });
  });
}
