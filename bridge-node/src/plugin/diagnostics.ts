// What is wrong with a plugin, with a stable code. What each means and what to do stands in diagnostics.json.

import type { PluginDiagnostic as Diagnostic } from '../protocol.js';

/** The codes of the table; the seed's where it has one, the kernel's where both mean the same. */
export type Code = keyof typeof import('../../diagnostics.json');

const DIAGNOSTICS_MAX = 256;

export class Diagnostics {
  #list: Diagnostic[] = [];

  get list(): Diagnostic[] {
    return this.#list;
  }

  warn(code: Code, message: string, path?: string): void {
    this.#add('warning', code, message, path);
  }

  error(code: Code, message: string, path?: string): void {
    this.#add('error', code, message, path);
  }

  #add(severity: Diagnostic['severity'], code: Code, message: string, path?: string): void {
    if (this.#list.length >= DIAGNOSTICS_MAX) return;
    const known = this.#list.some((found) => found.code === code && found.message === message);
    if (!known) this.#list.push(path === undefined ? { severity, code, message } : { severity, code, message, path });
  }
}
