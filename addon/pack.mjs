#!/usr/bin/env node
// node pack.mjs PLUGIN_FOLDER TARGET_FOLDER [PACKAGE_NAME]

import { packOpenclaw } from './lib/pack.js';

const [directory, target, name] = process.argv.slice(2);
if (target === undefined) {
  console.error('usage: node pack.mjs PLUGIN_FOLDER TARGET_FOLDER [PACKAGE_NAME]\n'
    + 'makes an npm package for OpenClaw out of the folder of a native plugin');
  process.exit(64);
}
try {
  const { name: made, version } = packOpenclaw(directory, target, { name });
  console.log(`${made} ${version} is in ${target}`);
} catch (error) {
  console.error(`pack: ${error.message}`);
  process.exit(1);
}
