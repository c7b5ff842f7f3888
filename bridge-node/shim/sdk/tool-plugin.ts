// The entry of a plugin that has tools only.

import { definePluginEntry } from '../lib/entries.js';
import type { Json } from '../lib/values.js';

export function defineToolPlugin(entry: Json): Json {
  const { tools, ...rest } = entry;
  return definePluginEntry({
    ...rest,
    register: (api: Json) => {
      for (const tool of (typeof tools === 'function' ? tools(api) : tools) as unknown[]) api.registerTool(tool);
    },
  });
}
