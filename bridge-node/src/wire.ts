// What the host process says about plugins, in the form of chela.plugin/1.

export interface Registration {
  kind: string;
  id: string;
  key: string;
  descriptor?: Record<string, unknown>;
}

export interface Diagnostic {
  severity: 'warning' | 'error';
  code: string;
  message: string;
  path?: string;
}

export type Level = 'debug' | 'info' | 'warn' | 'error';

export type Mode = 'full' | 'cliMetadata';

export interface StartParams {
  plugin: string;
  version?: string;
  directory: string;
  entry: string;
  manifest?: Record<string, unknown>;
  config: Record<string, unknown>;
  gatewayConfig?: Record<string, unknown>;
  mode?: Mode;
  timeoutMs?: number;
}

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

export const isFunction = (value: unknown): value is (...args: any[]) => any => typeof value === 'function';

/** The string, unless it is empty, blank or none. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
