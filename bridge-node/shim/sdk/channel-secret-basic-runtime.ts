// Secrets of channels.

export { collectConditionalChannelFieldAssignments, collectNestedChannelFieldAssignments, collectSimpleChannelFieldAssignments, getChannelSurface, hasOwnProperty,
  isSecretRef, normalizeSecretStringValue } from '../lib/secrets.js';
