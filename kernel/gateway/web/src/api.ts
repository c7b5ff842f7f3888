// The gateway's HTTP side. Addresses are relative to the page, so that a proxy may put a path in front of both.

import {token} from './auth.ts';
import type {SessionSummary, Snapshot, Status} from './protocol.ts';

const kTimeoutMs = 20_000;

export class ApiError extends Error {
  /** `status` 0: the gateway was not reached. */
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export function gatewayUrl(path: string): URL {
  return new URL(path, document.baseURI);
}

async function request(method: string, path: string, keepalive = false): Promise<Response> {
  const headers = new Headers();
  if (token()) headers.set('Authorization', `Bearer ${token()}`);
  let response: Response;
  try {
    const signal = AbortSignal.timeout(kTimeoutMs);
    response = await fetch(gatewayUrl(path), {method, headers, keepalive, signal, cache: 'no-store', credentials: 'same-origin'});
  } catch {
    throw new ApiError(0, 'The gateway does not answer.');
  }
  if (response.ok) return response;
  let message = `The gateway answered ${response.status}.`;
  try {
    const body = await response.json() as {error?: {message?: unknown}};
    if (typeof body.error?.message === 'string') message = body.error.message;
  } catch {
    // not JSON: the status says enough
  }
  throw new ApiError(response.status, message);
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
  await request('DELETE', sessionPath(id), keepalive);
}

export async function stopTurn(id: string): Promise<void> {
  await request('POST', `${sessionPath(id)}/stop`);
}

export async function getDoctorText(): Promise<string> {
  const response = await request('GET', 'doctor/text');
  return await response.text();
}
