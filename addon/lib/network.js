// Which hosts a plugin may talk to: what the manifest's permissions.network names.

const DEFAULT_PORTS = { 'http:': '80', 'https:': '443' };

/** "host:port" of a URL of http or https, in lower case; undefined for any other. */
export function authorityOf(url) {
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return undefined;
  }
  const port = DEFAULT_PORTS[parsed.protocol];
  return port === undefined || parsed.hostname === '' ? undefined : `${parsed.hostname}:${parsed.port || port}`;
}

export class Network {
  #patterns;
  #services = new Map(); // authority to how often it is in use, "@service"

  constructor(manifest) {
    const named = manifest.permissions?.network;
    this.#patterns = Array.isArray(named) ? named.filter((pattern) => typeof pattern === 'string').map((pattern) => pattern.toLowerCase()) : [];
  }

  /** A service that the operator has configured: "@service" stands for it until the returned function is called. */
  addService(baseUrl) {
    const authority = authorityOf(baseUrl);
    if (authority === undefined) return () => {};
    this.#services.set(authority, (this.#services.get(authority) ?? 0) + 1);
    return () => {
      const left = this.#services.get(authority) - 1;
      if (left === 0) this.#services.delete(authority);
      else this.#services.set(authority, left);
    };
  }

  /** Empty, or why a plugin may not ask there. */
  refusal(url) {
    const authority = authorityOf(url);
    if (authority === undefined) return 'only http and https URLs can be asked';
    const allowed = this.#patterns.some((pattern) => {
      if (pattern === '@service') return this.#services.has(authority);
      if (pattern.startsWith('*.')) return authority.endsWith(pattern.slice(1)) && authority.length > pattern.length - 1;
      return pattern === authority;
    });
    return allowed ? '' : `${authority} is not among the plugin's permissions.network`;
  }
}
