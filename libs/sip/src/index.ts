export { defaultSipLimits, type SipLimits } from './limits.js';
export type { SipFlow, SipMessage, SipRequest, SipResponse, SipTransportName } from './message.js';
export { certificateIdentities, standsFor, type TlsPeer } from './certificate-identities.js';
export { SipError, type SipErrorCode, sipErrors } from './errors.js';
export { parseMessage } from './parser.js';
export { type FramerEvent, StreamFramer } from './stream-framer.js';
export { isAnswerable } from './needed-headers.js';
export { serializeMessage, textBody } from './serializer.js';
export { responseTo, type ResponseOptions } from './response-to.js';
export { reasonPhrase, type SipStatus, sipStatuses } from './status.js';
export {
  decodeEscapes,
  escapeHeaderValue,
  escapeUser,
  formatUri,
  type OtherUri,
  parseUri,
  type SipUri,
  type TelUri,
  type Uri,
  type UriParam,
  uriParam,
} from './uri.js';
export { uriEquals } from './uri-compare.js';
export { formatNameAddr, type NameAddr, parseNameAddr } from './name-addr.js';
export { compactNames } from './header-names.js';
export { type BodyPart, maxBodyParts, splitMultipart } from './multipart.js';
export * from './header/index.js';
export { DEFAULT_TIMERS, type TransactionTimers } from './transaction/timers.js';
export { DEFAULT_TRANSACTION_LIMITS, type TransactionLimits } from './transaction/layer.js';
export { MAGIC_COOKIE } from './transaction/match.js';
export { type DialogId, dialogIdOf, dialogKey } from './dialog/dialog-id.js';
export {
  applyResponse,
  asksForSips,
  createUacDialog,
  createUasDialog,
  type Dialog,
  type DialogRefusal,
  isTargetRefresh,
  needsSips,
  receiveRequest,
} from './dialog/dialog.js';
export { buildAck, buildDialogRequest, type DialogRequest, type DialogRequestOptions } from './dialog/request.js';
export {
  createInviteUsage,
  glareIntervalMs,
  type InviteUsage,
  type InviteUsageInput,
  inviteUsageInputOf,
  type InviteUsageOutput,
  stepInviteUsage,
} from './dialog/invite-usage.js';
export {
  createSubscribeUsage,
  endsSubscription,
  type GrantedDuration,
  grantedDuration,
  stepSubscribeUsage,
  type SubscribeUsage,
  type SubscribeUsageInput,
  type SubscribeUsageOutput,
  type SubscriptionDurations,
  type SubscriptionEnd,
  subscriptionStateOf,
} from './dialog/subscribe-usage.js';
export {
  answerSessionTimer,
  offerSessionTimer,
  readSessionTimer,
  readSessionTimerAnswer,
  type Refresher,
  type SessionTimer,
  type SessionTimerAnswer,
  type SessionTimerOffer,
  type SessionTimerPolicy,
  type SessionTimerRequest,
  sessionTimerHeaders,
  sessionTimerSchedule,
} from './dialog/session-timer.js';
export {
  isFlow,
  isReliable,
  type RandomBytes,
  type SipAddress,
  type SipClock,
  type SipTarget,
  type SipTransport,
} from './user-agent/interface.js';
export { newBranch, newCallId, newTag } from './user-agent/tokens.js';
export { ClientTransaction, type FinalOrigin, type RequestHandlers } from './user-agent/client-transaction.js';
export { ServerTransaction, type ServerTransactionHandlers } from './user-agent/server-transaction.js';
export { createUserAgent, UserAgent, type UserAgentCounts, type UserAgentOptions } from './user-agent/user-agent.js';
export { DigestClient, type DigestRefusal, type DigestUser } from './user-agent/digest-client.js';
