// Lists of those who are let in.

export { addWildcardAllowFrom, formatAllowFromLowercase, isNormalizedSenderAllowed, mergeAllowFrom as mergeDmAllowFromSources } from '../lib/auth.js';
