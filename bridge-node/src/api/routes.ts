// registerHttpRoute, the older registerHttpHandler, and registerGatewayMethod.

import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

const ADMIN = /^(?:config|exec\.approvals|wizard|update)\./;

export function registerHttpRoute(plugin: Plugin, route: unknown): void {
  const given = isObject(route) ? route : {};
  const path = stringOf(given.path);
  if (path === undefined || !path.startsWith('/') || !isFunction(given.handler)) {
    plugin.diagnostics.warn('invalid_registration', `http route registration missing path or handler: ${path ?? 'no path'}`);
    return;
  }
  const { auth } = given;
  if (auth !== 'gateway' && auth !== 'plugin') {
    plugin.diagnostics.warn('http_route_without_auth', `http route registration missing or invalid auth: ${path}`);
    return;
  }
  if (isFunction(given.handleUpgrade)) {
    plugin.diagnostics.warn('websocket_upgrade_unsupported', `http route ${path}: handleUpgrade is not called, WebSocket clients get 404`);
  }
  if (given.replaceExisting === true) plugin.registrations.remove('http_route', path);
  const descriptor = { path, auth, match: given.match === 'prefix' ? 'prefix' : 'exact' };
  plugin.register({ kind: 'http_route', id: path, descriptor, value: given.handler.bind(route) }, 'http route');
}

/** Up to 2026.3 a plugin could see every request and say whether it was its own; it checked who asked by itself. */
export function registerHttpHandler(plugin: Plugin, handler: unknown): void {
  if (!isFunction(handler)) return;
  plugin.diagnostics.warn('deprecated_registrar', 'registerHttpHandler is given up upstream; it gets what no route takes');
  const descriptor = { path: '/', auth: 'plugin', match: 'prefix', fallback: true };
  plugin.register({ kind: 'http_route', id: `*/${plugin.id}`, descriptor, value: handler }, 'http handler');
}

export function registerGatewayMethod(plugin: Plugin, method: unknown, handler: unknown, options: unknown = {}): void {
  const name = stringOf(method);
  if (name === undefined || !isFunction(handler)) throw new Error('gateway method registration missing name or handler');
  const scope = ADMIN.test(name) ? 'operator.admin' : stringOf((options as Json | null)?.scope);
  const descriptor = encodeValue(undefined, { ...(isObject(options) ? options : {}), ...(scope !== undefined && { scope }) }) as Json;
  plugin.register({ kind: 'gateway_method', id: name, descriptor, value: handler }, 'gateway method');
}
