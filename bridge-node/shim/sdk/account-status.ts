// What a channel says of its accounts; upstream calls this part of its SDK status-helpers.

export { buildBaseAccountStatusSnapshot, buildBaseChannelStatusSummary, buildProbeChannelStatusSummary, buildRuntimeAccountStatusSnapshot, buildTokenChannelStatusSummary,
  collectStatusIssuesFromLastError, createComputedAccountStatusAdapter, createDefaultChannelRuntimeState } from '../lib/channel_status.js';
