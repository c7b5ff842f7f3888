// The compiled addon: beside this folder, as the build and `pack` lay it out, or where CHELA_ADDON says.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The path of chela_addon.node. */
export function addonPath() {
  const { platform, arch } = process;
  const named = process.env.CHELA_ADDON;
  const places = named ? [named] : ['../chela_addon.node', `../prebuilds/${platform}-${arch}/chela_addon.node`].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`there is no chela_addon.node for ${platform}-${arch}: looked at ${places.join(', ')}`);
  return found;
}

let loaded;

export function loadAddon() {
  loaded ??= require(addonPath());
  return loaded;
}
