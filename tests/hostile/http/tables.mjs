// All tables of cases/, by file name.

import { readdirSync } from 'node:fs';

const folder = new URL('cases/', import.meta.url);

export const tables = await Promise.all(
  readdirSync(folder)
    .sort()
    .map(async (file) => (await import(new URL(file, folder))).default),
);
