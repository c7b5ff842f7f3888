// Makes an npm package for upstream OpenClaw out of the folder of a native plugin: its library and manifest, the addon
// built for this machine, openclaw.plugin.json and index.js.

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonPath } from './addon.js';
import { readManifest } from './manifest.js';
import { openclawId, openclawManifest } from './openclaw_manifest.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const { version: addonVersion } = JSON.parse(readFileSync(join(HERE, '../package.json'), 'utf8'));

const INDEX = `// Made by pack.mjs: the native plugin beside this file, as a plugin of OpenClaw.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeEntry } from './addon/lib/index.js';

export default nativeEntry(join(dirname(fileURLToPath(import.meta.url)), 'native'));
`;

function packageOf(manifest, name) {
  return {
    name,
    version: manifest.version,
    description: manifest.description ?? '',
    type: 'module',
    main: './index.js',
    license: manifest.license ?? 'UNLICENSED',
    engines: { node: '>=22.15' },
    os: [process.platform],
    cpu: [process.arch],
    files: ['index.js', 'openclaw.plugin.json', 'native', 'addon'],
    openclaw: { extensions: ['./index.js'] },
    chela: { addon: addonVersion, abi: manifest.abi },
  };
}

/** Writes the package into `target`, which must not exist or be empty, and gives its package.json. */
export function packOpenclaw(directory, target, { name } = {}) {
  const manifest = readManifest(directory);
  if (!existsSync(manifest.library)) throw new Error(`there is no ${manifest.library}: build the plugin first`);
  mkdirSync(join(target, 'native'), { recursive: true });
  mkdirSync(join(target, 'addon'), { recursive: true });
  cpSync(manifest.library, join(target, 'native', `${manifest.id}.so`), { dereference: true });
  cpSync(join(directory, 'chela.plugin.json'), join(target, 'native/chela.plugin.json'), { dereference: true });
  cpSync(addonPath(), join(target, 'addon/chela_addon.node'), { dereference: true });
  cpSync(HERE, join(target, 'addon/lib'), { recursive: true });
  cpSync(join(HERE, '../package.json'), join(target, 'addon/package.json'));
  const described = packageOf(manifest, name ?? `openclaw-${openclawId(manifest)}`);
  const write = (file, value) => writeFileSync(join(target, file), typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`);
  write('package.json', described);
  write('openclaw.plugin.json', openclawManifest(manifest));
  write('index.js', INDEX);
  return described;
}
