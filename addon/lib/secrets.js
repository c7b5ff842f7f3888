// {{secret:NAME}} in headers, filled in just before sending; and what must not appear in a log.

import { PluginError } from './errors.js';

const MARK = /\{\{secret:([^{}]{1,256})\}\}/g;
const SHOWN_BYTES_MIN = 8; // shorter ones would blot out ordinary words

export class Secrets {
  #values = new Map();

  /** `value` is known as the returned name until `forget` of it. */
  add(name, value) {
    const { count = 0 } = this.#values.get(name) ?? {};
    this.#values.set(name, { value, count: count + 1 });
    return () => {
      const held = this.#values.get(name);
      if (held !== undefined && --held.count === 0) this.#values.delete(name);
    };
  }

  fill(text) {
    return text.replace(MARK, (_, name) => {
      const held = this.#values.get(name);
      if (held === undefined) throw new PluginError('denied', `the secret ${name} is not one that the plugin may use now`);
      return held.value;
    });
  }

  redact(text) {
    let out = text;
    for (const { value } of this.#values.values()) {
      if (value.length >= SHOWN_BYTES_MIN) out = out.replaceAll(value, '[secret]');
    }
    return out;
  }
}
