// The gateway's HTTP side. Addresses are relative to the page, so that a proxy may put a path in front of both.

import {token} from './auth.ts';
import type {SessionSummary, Snapshot, Status} from './protocol.ts';

const kTimeoutMs = 20_000;

export interface Refusal {path: string; reason: string}

export class ApiError extends Error {
  /** `status` 0: the gateway was not reached. `refusals`: the places of what was sent that the gateway does not accept. */
  constructor(readonly status: number, message: string, readonly refusals: readonly Refusal[] = []) {
    super(message);
  }
}

export function gatewayUrl(path: string): URL {
  return new URL(path, document.baseURI);
}

interface Options {keepalive?: boolean; body?: string; timeoutMs?: number}

async function request(method: string, path: string, {timeoutMs = kTimeoutMs, ...options}: Options = {}): Promise<Response> {
  const headers = new Headers();
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  if (token()) headers.set('Authorization', `Bearer ${token()}`);
  let response: Response;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    response = await fetch(gatewayUrl(path), {method, headers, signal, ...options, cache: 'no-store', credentials: 'same-origin'});
  } catch {
    throw new ApiError(0, 'The gateway does not answer.');
  }
  if (response.ok) return response;
  throw await refusalOf(response);
}

async function refusalOf(response: Response): Promise<ApiError> {
  let message = `The gateway answered ${response.status}.`;
  let refusals: Refusal[] = [];
  try {
    const {error, errors} = await response.json() as {error?: {message?: unknown; errors?: unknown}; errors?: unknown};
    if (typeof error?.message === 'string') message = error.message;
    const all = error?.errors ?? errors;
    refusals = (Array.isArray(all) ? all : []).flatMap(({path, reason, message: text}: Record<string, unknown>) =>
      typeof path === 'string' ? [{path, reason: String(reason ?? text ?? message)}] : []);
  } catch {
    // not JSON: the status says enough
  }
  return new ApiError(response.status, message, refusals);
}

const sessionPath = (id: string): string => `api/sessions/${encodeURIComponent(id)}`;

export async function getStatus(): Promise<Status> {
  const response = await request('GET', 'api/status');
  return await response.json() as Status;
}

export async function getSessions(): Promise<SessionSummary[]> {
  const response = await request('GET', 'api/sessions?limit=200');
  return (await response.json() as {sessions?: SessionSummary[]}).sessions ?? [];
}

export async function getSession(id: string, limit: number): Promise<Snapshot> {
  const response = await request('GET', `${sessionPath(id)}?limit=${limit}`);
  const snapshot = await response.json() as Snapshot;
  return {...snapshot, messages: snapshot.messages ?? []};
}

export async function deleteSession(id: string, keepalive = false): Promise<void> {
  await request('DELETE', sessionPath(id), {keepalive});
}

export async function stopTurn(id: string): Promise<void> {
  await request('POST', `${sessionPath(id)}/stop`);
}

export async function getDoctorText(): Promise<string> {
  const response = await request('GET', 'doctor/text');
  return await response.text();
}

export type PluginAction = 'enable' | 'disable' | 'reload' | 'restart';
const pluginPath = (id: string): string => `api/plugins/${encodeURIComponent(id)}`;

// What these answer is read in plugins/shapes.ts: it holds texts of strangers.

export async function getPlugins(): Promise<unknown> {
  return (await request('GET', 'api/plugins')).json();
}

export async function rescanPlugins(): Promise<void> {
  await request('POST', 'api/plugins/rescan');
}

export async function actOnPlugin(id: string, action: PluginAction): Promise<void> {
  await request('POST', `${pluginPath(id)}/${action}`);
}

export async function putPluginConfig(id: string, config: unknown): Promise<void> {
  await request('PUT', `${pluginPath(id)}/config`, {body: JSON.stringify(config)});
}

export async function getPluginLog(id: string, lines: number): Promise<unknown> {
  const response = await request('GET', `${pluginPath(id)}/logs?lines=${lines}`);
  return response.headers.get('content-type')?.includes('json') ? response.json() : response.text();
}

// Likewise in skills/shapes.ts.

export async function getSkills(): Promise<unknown> {
  return (await request('GET', 'api/skills')).json();
}

export async function getSkillReport(name: string): Promise<unknown> {
  return (await request('GET', `api/skills/report?${new URLSearchParams({name})}`)).json();
}

export async function searchClawhub(query: string, timeoutMs: number): Promise<unknown> {
  return (await request('GET', `api/skills/search?${new URLSearchParams({query})}`, {timeoutMs})).json();
}

export async function postSkills(action: 'update' | 'install', body: unknown, timeoutMs = kTimeoutMs): Promise<unknown> {
  return (await request('POST', `api/skills/${action}`, {body: JSON.stringify(body), timeoutMs})).json();
}
