export { CPIM_ERRORS, CpimError, type CpimErrorCode } from './errors.js';
export { DEFAULT_CPIM_LIMITS, type CpimLimits } from './limits.js';
export {
  CORE_NAMESPACE,
  type ContentHeader,
  type CpimHead,
  type CpimMessage,
  type ExtensionHeader,
} from './message.js';
export { createHeadReader, parseMessage, readHead, type CpimHeadReader, type HeadStep } from './parser.js';
export { serializeMessage, type OutboundExtension, type OutboundMessage } from './serializer.js';
export { isFile } from './file.js';
export { contentKind, IMDN_NAMESPACE, imdnOf, type Imdn } from './imdn.js';
export { formatAddress, isAbsoluteUri, parseAddress, type NameAndUri } from './header/address.js';
export { formatContentType, isCpim, parseContentType, type ContentType } from './header/content-type.js';
export { formatDateTime, parseDateTime } from './header/datetime.js';
export { escapeText, unescapeText } from './header/escapes.js';
export { formatHeaderName, isName, isToken, parseHeaderName, type HeaderName } from './header/name.js';
export { formatNamespace, parseNamespace, type Namespace } from './header/ns.js';
export { formatRequire, parseRequire } from './header/require.js';
export { formatSubject, parseSubject, type Subject } from './header/subject.js';
