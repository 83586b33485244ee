export { SDP_ERRORS, SdpError, type SdpErrorCode } from './errors.js';
export { REFUSALS, type Refusal, type RefusalCode } from './refusal.js';
export {
  attributeOf,
  attributesOf,
  connectionOf,
  type ConnectionAddress,
  type MediaDescription,
  type Origin,
  type SdpLine,
  type SessionDescription,
} from './session-description.js';
export { DEFAULT_SDP_LIMITS, parseSdp, type SdpLimits } from './parser.js';
export { formatOrigin, serializeSdp } from './serializer.js';
export { admitsWrapped, peerCapabilities, type PeerCapabilities } from './capabilities.js';
export { isUnchanged, readOffer, type OfferedStream, type OfferPolicy } from './offer.js';
export { currentStreamOf, type OurSide } from './our-side.js';
export { answerOffer, makeOffer, readAnswer, type AgreedStream, type Answer } from './offer-answer.js';
export { parseAcceptTypes, ROOM_ACCEPT_TYPES } from './attribute/accept-types.js';
export { effectiveWrappedTypes, formatWrappedTypes } from './attribute/accept-wrapped-types.js';
export { formatChatroom, parseChatroom, type ChatroomTokens } from './attribute/chatroom.js';
export { directionIn, mirrored, narrowed, type Direction } from './attribute/direction.js';
export { formatFileSelector, parseFileSelector, type FileSelector } from './attribute/file-selector.js';
export { formatFingerprint, parseFingerprint, type Fingerprint } from './attribute/fingerprint.js';
export { admits, FORMAT_LIST_LIMIT, formatFormatList, parseFormatList } from './attribute/format-list.js';
export { formatLabel, parseLabel } from './attribute/label.js';
export { formatMaxSize, parseMaxSize } from './attribute/max-size.js';
export { hasMsrpCema, MSRP_CEMA } from './attribute/msrp-cema.js';
export { formatPath, parsePath, parsePathUri, PATH_LIMIT, type PathUri } from './attribute/path.js';
export { formatSetup, parseSetup, type Setup } from './attribute/setup.js';
