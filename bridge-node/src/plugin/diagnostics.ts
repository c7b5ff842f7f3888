// What is wrong with a plugin, with a stable code. Codes are the seed's where it has one.

import type { PluginDiagnostic as Diagnostic } from '../protocol.js';

const DIAGNOSTICS_MAX = 256;

export class Diagnostics {
  #list: Diagnostic[] = [];

  get list(): Diagnostic[] {
    return this.#list;
  }

  warn(code: string, message: string, path?: string): void {
    this.#add('warning', code, message, path);
  }

  error(code: string, message: string, path?: string): void {
    this.#add('error', code, message, path);
  }

  #add(severity: Diagnostic['severity'], code: string, message: string, path?: string): void {
    if (this.#list.length >= DIAGNOSTICS_MAX) return;
    const known = this.#list.some((found) => found.code === code && found.message === message);
    if (!known) this.#list.push(path === undefined ? { severity, code, message } : { severity, code, message, path });
  }
}
