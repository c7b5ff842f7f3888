// Who may write to a channel.

export { buildAccountScopedDmSecurityPolicy, formatPairingApproveHint } from '../lib/auth.js';
export { resolveGroupPolicy as resolveChannelGroupPolicy, resolveRequireMention as resolveChannelGroupRequireMention } from '../lib/groups.js';
