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
