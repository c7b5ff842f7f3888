// api.runtime.config: reading is from the mirror that the kernel keeps up to date; changing is the kernel's.

import { withAgentDefaults, type Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isObject, type Json } from '../json.js';

/** The merge patch (RFC 7396) that makes `after` of `before`. */
export function patchOf(before: Json, after: Json): Json {
  const patch: Json = {};
  for (const name of Object.keys(before)) if (!(name in after) || after[name] === undefined) patch[name] = null;
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    if (value === undefined || JSON.stringify(old) === JSON.stringify(value)) continue;
    patch[name] = isObject(old) && isObject(value) ? patchOf(old, value) : value;
  }
  return patch;
}

export function configRuntime(plugin: Plugin): Json {
  const current = () => plugin.gatewayConfig;
  const replace = async (next: unknown) => {
    const plain = encodeValue(undefined, next);
    const patch = patchOf(current(), withAgentDefaults(isObject(plain) ? plain : {}));
    if (Object.keys(patch).length === 0) return { changed: false, config: current() };
    const { hash } = (await plugin.request('config.change', { patch })) as { hash: string };
    return { changed: true, hash, config: plain };
  };
  return {
    current,
    loadConfig: current,
    mutateConfigFile: async (params: { mutate?(draft: Json): unknown } | ((draft: Json) => unknown)) => {
      const draft = structuredClone(current());
      const mutate = typeof params === 'function' ? params : params.mutate?.bind(params);
      const result = await mutate?.(draft);
      return { ...(await replace(draft)), result };
    },
    replaceConfigFile: (params: Json) => replace(params?.nextConfig ?? params?.config ?? params),
    writeConfigFile: replace,
  };
}
