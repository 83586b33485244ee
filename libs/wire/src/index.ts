export { HeaderFields } from './headers.js';
export { err, mapResult, ok, type Result } from './result.js';
export { ALPHA, DIGIT, octetSet, type OctetSet, Scanner, SIP_TOKEN } from './scan.js';
export type {
  Branded,
  ChatId,
  ConferenceUri,
  EdgeId,
  MessageId,
  ParticipantId,
  RoomId,
  ShardId,
  UserId,
} from './ids.js';
export {
  type DigestInput,
  digestHa1,
  digestHa2,
  digestResponse,
  digestRspauth,
  equalInConstantTime,
  formatAuthenticationInfo,
  type HashHex,
  verifyDigest,
} from './digest.js';
export {
  type DigestAlgorithm,
  digestAlgorithms,
  type DigestChallenge,
  type DigestCredentials,
  type DigestFault,
  type DigestFaultCode,
  formatChallenge,
  formatCredentials,
  parseChallenge,
  parseCredentials,
} from './digest-params.js';
export { answerChallenge, strongestChallenge } from './digest-answer.js';
export { checkNonce, type Hmac, makeNonce, type NonceState } from './digest-nonce.js';
export { type Identity, identityEquals, identityKey, parseIdentity, roomEquals } from './identity.js';
