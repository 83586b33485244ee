export { XCON_ERRORS, XconError, type XconErrorCode } from './errors.js';
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
export { unicodeVersion } from './precis/unicode-version.js';
export { IDENTIFIER_MAX_LENGTH } from './host.js';
export { formatXconUri, normalizeXconUri, parseXconUri, type XconUri, type XconUriParts } from './xcon-uri.js';
export { formatXconUserId, normalizeXconUserId, parseXconUserId, type XconUserIdParts } from './xcon-userid.js';
