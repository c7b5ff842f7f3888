// What a channel says of its accounts.

import { text, type Json } from './values.js';

const KEPT = ['linked', 'connected', 'restartPending', 'reconnectAttempts', 'lastConnectedAt', 'lastDisconnect', 'lastEventAt', 'lastTransportActivityAt', 'healthState', 'lifecycle',
  'terminalDisconnect', 'busy', 'activeRuns', 'lastRunActivityAt', 'activeRunStartedAt'];
const kept = (runtime: Json): Json => Object.fromEntries(KEPT.flatMap((name) => (runtime[name] === undefined || runtime[name] === null ? [] : [[name, runtime[name]]])));

export const createDefaultChannelRuntimeState = (accountId: string, extra?: Json): Json =>
  ({ accountId, running: false, lastStartAt: null, lastStopAt: null, lastError: null, ...extra });

const since = (given: Json | undefined): Json =>
  ({ running: given?.running ?? false, lastStartAt: given?.lastStartAt ?? null, lastStopAt: given?.lastStopAt ?? null, lastError: given?.lastError ?? null });

export const buildBaseChannelStatusSummary = (snapshot: Json, extra?: Json): Json => ({ configured: snapshot.configured ?? false, ...extra, ...since(snapshot) });
export const buildProbeChannelStatusSummary = (snapshot: Json, extra?: Json): Json =>
  ({ ...buildBaseChannelStatusSummary(snapshot, extra), probe: snapshot.probe, lastProbeAt: snapshot.lastProbeAt ?? null });
export const buildTokenChannelStatusSummary = (snapshot: Json, options?: Json): Json =>
  ({ ...buildBaseChannelStatusSummary(snapshot), tokenSource: snapshot.tokenSource ?? 'none', probe: snapshot.probe, lastProbeAt: snapshot.lastProbeAt ?? null,
    ...(options?.includeMode !== false && { mode: snapshot.mode ?? null }) });
export const buildRuntimeAccountStatusSnapshot = ({ runtime, probe }: Json, extra?: Json): Json => ({ ...since(runtime), probe, ...kept(runtime ?? {}), ...extra });

/** An account that is off or not set up does not run, and says why. */
export function buildBaseAccountStatusSnapshot({ account, runtime, probe }: Json, extra?: Json): Json {
  const reason = account.enabled === false ? 'disabled' : account.configured === true ? undefined : 'not configured';
  const { accountId, name, enabled } = account;
  const snapshot = { accountId, name, enabled, ...buildRuntimeAccountStatusSnapshot({ runtime, probe }), lastInboundAt: runtime?.lastInboundAt ?? null,
    lastOutboundAt: runtime?.lastOutboundAt ?? null, ...extra, configured: account.configured === true };
  return reason === undefined ? snapshot : { ...snapshot, running: false, stateReason: reason };
}

export const collectStatusIssuesFromLastError = (channel: string, accounts: Json[]): Json[] => accounts.flatMap(({ accountId, lastError }) => {
  const said = typeof lastError === 'string' ? text(lastError) : undefined;
  return said === undefined ? [] : [{ channel, accountId, kind: 'runtime', message: `Channel error: ${said}` }];
});

export function createComputedAccountStatusAdapter(options: Json): Json {
  const { resolveAccountSnapshot, ...adapter } = options;
  return { defaultRuntime: createDefaultChannelRuntimeState('default'), ...adapter, buildAccountSnapshot: (params: Json) => {
    const { extra, ...account } = resolveAccountSnapshot(params);
    return buildBaseAccountStatusSnapshot({ account, runtime: params.runtime, probe: params.probe }, extra);
  } };
}
