// Runs a command line that a plugin has registered: a short life of its own, with the terminal's streams and no connection.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { CliEntry } from '../api/commands.js';
import { CallError } from '../connection/errors.js';
import { makeLogger } from '../host/log.js';
import { startPlugin } from '../load/start.js';
import type { Kernel, Plugin } from '../plugin/plugin.js';
import type { Json } from '../json.js';
import type { PluginStartParams as StartParams } from '../protocol.js';

const JOB_DESCRIPTOR = 3;
const PROGRAM = 'chela';

/** What to run, from descriptor 3: the members of plugin.start, and where state lies. */
export interface Job extends StartParams {
  stateDirectory?: string;
}

/** As much of commander as is used here. */
interface Command {
  commands: Command[];
  name(): string;
  name(name: string): Command;
  command(name: string): Command;
  exitOverride(): Command;
  parseAsync(args: readonly string[], options: { from: 'user' }): Promise<unknown>;
}

function findCommander(entry: string): new () => Command {
  for (const require of [createRequire(entry), createRequire(import.meta.url)]) {
    try {
      return (require('commander') as { Command: new () => Command }).Command;
    } catch {
      // Not there; the next place.
    }
  }
  throw new CallError('unavailable', `command lines of plugins need the 'commander' package: run 'npm install commander' in the plugin's folder`);
}

/** The command at a path, made where it is missing. */
function descend(program: Command, path: readonly string[]): Command {
  return path.reduce((at, name) => at.commands.find((known) => known.name() === name) ?? at.command(name), program);
}

function kernelOf(job: Job): Kernel {
  const unconnected = (method: string) => new CallError('unavailable', `${method}: a command line has no connection to the gateway`);
  return {
    request: (method) => Promise.reject(unconnected(method)),
    requestSync: (method) => {
      throw unconnected(method);
    },
    notify: (method, params) => {
      if (method === 'log.write') process.stderr.write(`${(params as Json).line}\n`);
    },
    stateDirectory: job.stateDirectory ?? '',
    version: PROGRAM,
  };
}

export async function runCommandLine(job: Job, args: readonly string[]): Promise<void> {
  let plugin: Plugin | undefined;
  await startPlugin({ ...job, mode: 'cliMetadata' }, kernelOf(job), new AbortController().signal, (made) => {
    plugin = made;
  });
  const Commander = findCommander(plugin!.source);
  const program = new Commander().name(PROGRAM);
  const logger = makeLogger((_level, line) => void process.stderr.write(`${line}\n`));
  for (const { value } of plugin!.registrations.ofKind('cli')) {
    const { registrar, parentPath } = value as CliEntry;
    const parent = descend(program, parentPath);
    await plugin!.run(async () => registrar({ program: parent, parentPath, config: job.gatewayConfig ?? {}, logger,
      workspaceDir: ((job.gatewayConfig?.agents as Json | undefined)?.defaults as Json | undefined)?.workspace }));
  }
  await plugin!.run(() => program.parseAsync(args, { from: 'user' }));
}

export const readJob = (): Job => JSON.parse(readFileSync(JOB_DESCRIPTOR, 'utf8')) as Job;
