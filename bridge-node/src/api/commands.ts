// registerCommand, registerCli and its relatives: what people type.

import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_-]{0,63}$/u;

export interface CliEntry {
  registrar(context: unknown): unknown;
  parentPath: string[];
}

export function registerCommand(plugin: Plugin, command: unknown): void {
  const given = isObject(command) ? command : {};
  const name = (stringOf(given.name) ?? stringOf(given.id))?.replace(/^\//, '');
  const handler = [given.handler, given.execute].find(isFunction);
  if (name === undefined || !NAME.test(name) || handler === undefined) {
    plugin.diagnostics.warn('invalid_registration', `command registration without a usable name or handler: ${name ?? 'unnamed'}`);
    return;
  }
  const descriptor = encodeValue(undefined, { description: '', acceptsArgs: false, requireAuth: true, ...given, name }) as Json;
  plugin.register({ kind: 'command', id: name, descriptor, value: handler.bind(command) }, 'command');
}

/** What a command line offers, by its own words: descriptors, or plain names. */
function descriptorsOf(options: Json): Json[] {
  const given = Array.isArray(options.descriptors) ? options.descriptors : Array.isArray(options.commands) ? options.commands : [];
  return given.flatMap((item) => {
    if (isObject(item) && stringOf(item.name) !== undefined) return [encodeValue(undefined, item) as Json];
    const name = stringOf(item);
    return name === undefined ? [] : [{ name, description: '', hasSubcommands: true }];
  });
}

export function registerCli(plugin: Plugin, registrar: unknown, options: unknown = {}): void {
  const given = isObject(options) ? options : {};
  const parentPath = Array.isArray(given.parentPath) ? given.parentPath.map(String) : [];
  let commands = descriptorsOf(given);
  if (commands.length === 0) {
    const declared = plugin.manifest.cliCommands;
    commands = Array.isArray(declared) ? descriptorsOf({ descriptors: declared }) : [];
    plugin.diagnostics.warn('cli_without_commands', 'cli registration missing explicit commands metadata');
  }
  if (!isFunction(registrar)) {
    plugin.diagnostics.warn('invalid_registration', 'cli registration missing its function');
    return;
  }
  const id = [...parentPath, String(commands[0]?.name ?? plugin.id)].join(' ');
  const value: CliEntry = { registrar, parentPath };
  plugin.register({ kind: 'cli', id, descriptor: { commands, parentPath }, value }, 'command line');
}

export function registerNodeCliFeature(plugin: Plugin, registrar: unknown, options: unknown = {}): void {
  registerCli(plugin, registrar, { ...(isObject(options) ? options : {}), parentPath: ['nodes'] });
}
