// registerService, registerGatewayDiscoveryService, registerRuntimeLifecycle: what begins and ends with the plugin.

import { join } from 'node:path';
import { textOf } from '../connection/errors.js';
import { within } from '../plugin/deadline.js';
import type { Plugin, Service } from '../plugin/plugin.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

const START_MS = 10_000;

export function registerService(plugin: Plugin, service: unknown): void {
  const id = stringOf((service as Json | null)?.id) ?? stringOf((service as Json | null)?.name);
  if (!isObject(service) || id === undefined || !(isFunction(service.start) || isFunction(service.stop))) {
    plugin.diagnostics.warn('invalid_registration', 'service registration missing id or start()');
    return;
  }
  plugin.register({ kind: 'service', id, value: service }, 'service');
}

export function registerGatewayDiscoveryService(plugin: Plugin, service: unknown): void {
  const id = stringOf((service as Json | null)?.id);
  if (id === undefined) {
    plugin.diagnostics.warn('invalid_registration', 'gateway discovery service registration missing id');
    return;
  }
  plugin.diagnostics.warn('registration_ignored', `registerGatewayDiscoveryService: Chela does not advertise itself; "${id}" has no effect`);
}

export function registerRuntimeLifecycle(plugin: Plugin, lifecycle: unknown): void {
  const cleanup = (lifecycle as Json | null)?.cleanup;
  if (isFunction(cleanup)) plugin.onEnd(() => cleanup.call(lifecycle, { reason: 'stop' }) as unknown);
}

function contextOf(plugin: Plugin): Json {
  return {
    config: plugin.gatewayConfig,
    pluginConfig: plugin.config,
    stateDir: join(plugin.kernel.stateDirectory, plugin.id),
    workspaceDir: ((plugin.gatewayConfig.agents as Json | undefined)?.defaults as Json | undefined)?.workspace,
    logger: plugin.logger,
    signal: plugin.signal,
    gatewayEvents: { emit: () => {} },
    serviceHealth: { report: () => {} },
  };
}

/** Starts every service in the order of registration; one that fails is told and does not stop the others. */
export async function startServices(plugin: Plugin): Promise<void> {
  const context = contextOf(plugin);
  for (const { registration, value } of [...plugin.registrations.ofKind('service')]) {
    const service = value as Service;
    plugin.onEnd(() => service.stop?.(context));
    try {
      await within(START_MS, plugin.run(async () => service.start?.(context)), `service "${registration.id}" did not start`);
    } catch (error) {
      plugin.diagnostics.warn('service_start_failed', `service "${registration.id}": ${textOf(error)}`);
    }
    if (plugin.failed) return;
  }
}
