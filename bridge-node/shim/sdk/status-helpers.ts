// What a channel says of its accounts.

export { buildBaseAccountStatusSnapshot, buildBaseChannelStatusSummary, buildProbeChannelStatusSummary, buildRuntimeAccountStatusSnapshot, buildTokenChannelStatusSummary,
  collectStatusIssuesFromLastError, createComputedAccountStatusAdapter, createDefaultChannelRuntimeState } from '../lib/channel_status.js';
