// Log lines of the plugin that asks.

import { hostRuntime } from '../lib/host.js';
import type { Json } from '../lib/values.js';

export const createSubsystemLogger = (subsystem: string): Json => {
  const child = (): Json => hostRuntime('createSubsystemLogger').logging.getChildLogger({ subsystem });
  const line = (level: string) => (...args: unknown[]) => child()[level]?.(...args);
  return { subsystem, trace: line('debug'), debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error'), fatal: line('error'), raw: line('info'),
    isEnabled: () => true, child: (name: string) => createSubsystemLogger(`${subsystem}/${name}`) };
};

export const getChildLogger = (bindings?: Json): Json => hostRuntime('getChildLogger').logging.getChildLogger(bindings);
export const shouldLogVerbose = (): boolean => hostRuntime('shouldLogVerbose').logging.shouldLogVerbose();

/** The beginning and the end of a secret, never all of it. */
export const redactIdentifier = (value?: string): string => (!value ? '-' : value.length <= 8 ? '***' : `${value.slice(0, 3)}…${value.slice(-2)}`);
