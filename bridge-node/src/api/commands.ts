// registerCommand, registerInteractiveHandler, registerCli and its relatives: what people type and press.

import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../wire.js';

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_-]{0,63}$/u;

export interface CliEntry {
  registrar(context: unknown): unknown;
  parentPath: string[];
}

function add(plugin: Plugin, kind: string, id: string, descriptor: Json, value: unknown): void {
  if (!plugin.registrations.add({ kind, id, descriptor, value })) {
    plugin.diagnostics.warn('duplicate_registration', `${kind} "${id}" is registered twice: the first stays`);
  }
  plugin.changed();
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
  add(plugin, 'command', name, descriptor, handler.bind(command));
}

export function registerInteractiveHandler(plugin: Plugin, registration: unknown): void {
  const { channel, namespace, handler } = (isObject(registration) ? registration : {}) as Json;
  const space = stringOf(namespace);
  if (space === undefined || !isFunction(handler)) {
    plugin.diagnostics.warn('invalid_registration', 'interactive handler registration missing namespace or handler');
    return;
  }
  const where = stringOf(channel) ?? '*';
  add(plugin, 'command', `interactive/${where}/${space}`, { role: 'interactive', channel: where, namespace: space }, registration);
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
  add(plugin, 'cli', id, { commands, parentPath }, { registrar, parentPath } satisfies CliEntry);
}

export function registerNodeCliFeature(plugin: Plugin, registrar: unknown, options: unknown = {}): void {
  registerCli(plugin, registrar, { ...(isObject(options) ? options : {}), parentPath: ['nodes'] });
}
