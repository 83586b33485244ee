export { MSRP_ERRORS, MsrpError, type MsrpErrorCode } from './errors.js';
export { MSRP_STATUS, statusMeaning, statusPhrase, type KnownStatus, type StatusMeaning } from './status.js';
export { equalUris, formatUri, MSRP_PORT, msrpUri, parseUri, uriKey, type MsrpUri } from './uri.js';
export type {
  ByteRange,
  ContinuationFlag,
  FailureReport,
  MsrpRequest,
  MsrpRequestHead,
  MsrpResponse,
  ReportStatus,
} from './message.js';
export type { DecoderEvent, DecoderLimits } from './decoder-events.js';
export { createDecoder, DEFAULT_DECODER_LIMITS, type Decoder } from './decoder.js';
export { createCollector, type CollectedEvent } from './collect.js';
export { copyOctets } from './bytes.js';
export {
  containsEndLine,
  encodeReport,
  encodeRequest,
  encodeResponse,
  formatEndLine,
  formatRequestHead,
  MAX_NON_SEND_BODY_BYTES,
  transactionIdFor,
  type ReportFields,
  type RequestFields,
  type ResponseFields,
} from './encoder.js';
export { randomIdent, type RandomBytes } from './ident.js';
export { mustRespond, respondTo } from './response.js';
export { checkRequest } from './method/index.js';
export { readAuth, type AuthRequest } from './method/auth.js';
export { formatByteRange, parseByteRange } from './header/byte-range.js';
export { formatContentType, mediaTypeName, parseContentType, type MediaType } from './header/content-type.js';
export { formatPath, parsePath } from './header/path.js';
export { formatMessageId, parseMessageId } from './header/message-id.js';
export { formatStatus, parseStatus } from './header/status.js';
export { formatUseNickname, MAX_NICKNAME_BYTES, parseUseNickname } from './header/use-nickname.js';
export { formatExpires, parseExpires } from './header/expires.js';
export { formatAuthorization, parseAuthorization, type Authorization } from './header/authorization.js';
export { formatWwwAuthenticate, parseWwwAuthenticate, type Challenge } from './header/www-authenticate.js';
export {
  formatAuthenticationInfo,
  parseAuthenticationInfo,
  type AuthenticationInfo,
} from './header/authentication-info.js';
export { createChunker, INTERRUPTIBLE_ABOVE_BYTES, splitIntoChunks, type Chunk, type Chunker } from './chunker.js';
export {
  createReassembly,
  DEFAULT_REASSEMBLY_LIMITS,
  type Assembly,
  type Reassembly,
  type ReassemblyLimits,
} from './reassembly.js';
export { createTransactions, TRANSACTION_TIMEOUT_MS, type Transactions } from './transaction.js';
export { failureReport, owesSuccessReport, readReport, successReport, type ReceivedReport } from './report.js';
export { createSession, step, type SessionState } from './session.js';
export { SESSION_INPUTS, SESSION_PHASES, SESSION_TABLE, sessionDiagram, type SessionPhase } from './session.table.js';
export type {
  CloseReason,
  MessageFailure,
  OutgoingMessage,
  SessionContext,
  SessionInput,
  SessionOptions,
  SessionOutput,
} from './session.types.js';
