// registerHttpRoute, the older registerHttpHandler, and registerGatewayMethod.

import { currentPlugin } from '../plugin/context.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

const ADMIN = /^(?:config|exec\.approvals|wizard|update)\./;

/** Returns the handler as it was registered; none when the route cannot be. */
export function registerHttpRoute(plugin: Plugin, route: unknown): unknown {
  const given = isObject(route) ? route : {};
  const path = stringOf(given.path);
  if (path === undefined || !path.startsWith('/') || !isFunction(given.handler)) {
    plugin.diagnostics.warn('invalid_registration', `http route registration missing path or handler: ${path ?? 'no path'}`);
    return undefined;
  }
  const { auth } = given;
  if (auth !== 'gateway' && auth !== 'plugin') {
    plugin.diagnostics.warn('http_route_without_auth', `http route registration missing or invalid auth: ${path}`);
    return undefined;
  }
  if (isFunction(given.handleUpgrade)) {
    plugin.diagnostics.warn('websocket_upgrade_unsupported', `http route ${path}: handleUpgrade is not called, WebSocket clients get 404`);
  }
  if (given.replaceExisting === true) plugin.registrations.remove('http_route', path);
  const descriptor = { path, auth, match: given.match === 'prefix' ? 'prefix' : 'exact' };
  const value: unknown = given.handler.bind(route);
  plugin.register({ kind: 'http_route', id: path, descriptor, value }, 'http route');
  return value;
}

/** A route that a plugin adds while it runs, by the SDK; what it gets takes the route away. */
export function addRoute(route: unknown): () => void {
  const plugin = currentPlugin();
  if (plugin === undefined || !isObject(route)) throw new Error('an http route can only be added by a running plugin');
  const path = stringOf(route.path) ?? stringOf(route.fallbackPath);
  const given = { match: route.match, auth: route.auth ?? 'plugin', path: path?.startsWith('/') === false ? `/${path}` : path, handler: route.handler };
  const added = given.path !== undefined && registerHttpRoute(plugin, { ...given, replaceExisting: true });
  if (!added && route.throwOnFailure === true) throw new Error(`the http route ${given.path} could not be added`);
  return () => {
    if (plugin.registrations.find(`http_route:${given.path}`)?.value !== added) return;
    plugin.registrations.remove('http_route', given.path!);
    plugin.changed();
  };
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
