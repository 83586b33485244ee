export { readList, readOptional, readRequired, splitList } from './list.js';
export { findParam, formatParams, type HeaderParam, type HeaderParams, paramValue, withoutParams } from './params.js';
export { bareHost, hostKey, isAddress, isIpv4, isIpv6, uriHost } from './host.js';
export { formatVia, parseVia, readTopVia, readVias, replaceTopVia, stampVia, type Via } from './via.js';
export { formatFromTo, type FromTo, parseFromTo } from './from-to.js';
export { type CSeq, formatCSeq, maxCSeq, parseCSeq } from './cseq.js';
export { formatCallId, parseCallId } from './call-id.js';
export { formatMaxForwards, initialMaxForwards, parseMaxForwards } from './max-forwards.js';
export {
  type Contact,
  contactPriority,
  featureValues,
  formatContact,
  isFocus,
  parseContact,
  readContacts,
  readDialogContact,
} from './contact.js';
export { formatRoute, isLooseRouter, parseRoute, readRoutes, type Route } from './route.js';
export { formatExpires, parseExpires } from './expires.js';
export {
  formatMinSe,
  formatSessionExpires,
  leastMinSe,
  parseMinSe,
  parseSessionExpires,
  type SessionExpires,
} from './session-expires.js';
export { formatTokens, hasOption, readTokens, type TokenListName } from './tokens.js';
export { accepts, formatMediaType, type MediaType, mediaTypeName, parseMediaType } from './media-type.js';
export { type ContentDisposition, formatContentDisposition, parseContentDisposition } from './content-disposition.js';
export { appendChallenges, readChallenges, readCredentials } from './www-authenticate.js';
export { eventEquals, type EventHeader, formatEvent, parseEvent } from './event.js';
export { formatSubscriptionState, parseSubscriptionState, type SubscriptionState } from './subscription-state.js';
export { formatReferTo, parseReferTo, referTarget, type ReferTarget, type ReferTo } from './refer-to.js';
export { formatReplaces, parseReplaces, type Replaces } from './replaces.js';
export { formatReason, parseReason, type Reason } from './reason.js';
export { formatWarning, parseWarning, type Warning, warningCodes } from './warning.js';
export { formatRetryAfter, parseRetryAfter, type RetryAfter } from './retry-after.js';
export { formatPrivacy, parsePrivacy, type PrivacyValues } from './privacy.js';
export { readAssertedIdentities } from './p-asserted-identity.js';
export { formatDate, parseDate } from './date.js';
