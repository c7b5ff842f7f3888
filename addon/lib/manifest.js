// chela.plugin.json, as far as a host of one plugin needs it.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PluginError } from './errors.js';

const BYTES_MAX = 1 << 20;
const ID = /^[a-z][a-z0-9-]{0,63}$/;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function fail(directory, reason) {
  throw new PluginError('invalid_argument', `reading ${join(directory, 'chela.plugin.json')}: ${reason}`);
}

/** The manifest of the plugin in `directory`, with `library`, the path of its code. */
export function readManifest(directory) {
  const path = join(directory, 'chela.plugin.json');
  let manifest;
  try {
    if (statSync(path).size > BYTES_MAX) fail(directory, 'larger than 1 MiB');
    manifest = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof PluginError) throw error;
    fail(directory, error.message);
  }
  if (!isObject(manifest) || typeof manifest.id !== 'string' || !ID.test(manifest.id)) fail(directory, 'id: expected a name in small letters');
  if (typeof manifest.version !== 'string') fail(directory, 'version: expected a text');
  if (!Array.isArray(manifest.provides) || !manifest.provides.every((item) => isObject(item) && typeof item.kind === 'string')) {
    fail(directory, 'provides: expected a list of {kind, id}');
  }
  for (const tool of toolsOf(manifest)) {
    if (!isObject(tool) || typeof tool.name !== 'string' || !isObject(tool.parameters)) fail(directory, 'provides: a tool without name or parameters');
  }
  return { ...manifest, directory, library: join(directory, `${manifest.id}.so`) };
}

/** What it says of its tools. */
export function toolsOf(manifest) {
  return manifest.provides.filter((item) => item.kind === 'tool').flatMap((item) => (Array.isArray(item.tools) ? item.tools : []));
}

/** The wire formats that it speaks. */
export function formatsOf(manifest) {
  return manifest.provides.filter((item) => item.kind === 'provider' && typeof item.id === 'string').map((item) => item.id);
}

/** Where it listens: [{point, priority?, timeoutMs?}] */
export function hooksOf(manifest) {
  return manifest.provides.filter((item) => item.kind === 'hook' && Array.isArray(item.points))
    .flatMap(({ points, priority, timeoutMs }) => points.map((point) => ({ point, priority, timeoutMs })));
}

/** Its commands, each with its name; not what buttons call. */
export function commandsOf(manifest) {
  const found = manifest.provides.filter((item) => item.kind === 'command')
    .flatMap((item) => (Array.isArray(item.commands) ? item.commands : [{ ...item, name: item.id }]));
  return found.filter(({ name }) => typeof name === 'string' && !name.includes('/'));
}

/** Services that it knows, of formats that it speaks. */
export function servicesOf(manifest) {
  const formats = formatsOf(manifest);
  return (Array.isArray(manifest.services) ? manifest.services : []).filter((service) => isObject(service) && formats.includes(service.api));
}
