export {
  DOCUMENT_ERRORS,
  DocumentFault,
  type DocumentFaultCode,
  XCON_ERRORS,
  XconError,
  type XconErrorCode,
} from './errors.js';
export {
  claimNickname,
  enforceNickname,
  NICKNAME_MAX_BYTES,
  nicknameKey,
  prepareNickname,
  sameNickname,
  type Nickname,
  type NicknameClaim,
  type NicknameKey,
} from './nickname.js';
export { nicknameSkeleton } from './precis/confusable.js';
export * from './ccmp/index.js';
export * from './event/index.js';
export * from './xpath/index.js';
export * from './conference-time/index.js';
export * from './document/index.js';
export * from './view/index.js';
export { unicodeVersion } from './precis/unicode-version.js';
export { IDENTIFIER_MAX_LENGTH } from './host.js';
export { enforceOpaqueString, PASSWORD_MAX_BYTES } from './opaque-string.js';
export { namespaces } from './namespaces.js';
export { formatXconUri, normalizeXconUri, parseXconUri, type XconUri, type XconUriParts } from './xcon-uri.js';
export { formatXconUserId, normalizeXconUserId, parseXconUserId, type XconUserIdParts } from './xcon-userid.js';
