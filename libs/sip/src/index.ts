export { defaultSipLimits, type SipLimits } from './limits.js';
export type { SipFlow, SipMessage, SipRequest, SipResponse, SipTransportName } from './message.js';
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
