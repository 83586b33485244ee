/**
 * Messages to octets (RFC 4975 sections 7.1, 7.2 and 9). What is written here is strict: To-Path, From-Path, then the rest, one SP
 * after the colon, Content-Type last, no blank line without a body.
 *
 * A call with something the grammar cannot carry is our own mistake: it throws a RangeError.
 */
import { fromUtf8, fromLatin1, indexOfOctets } from './bytes.js';
import { isIdent, isMethod } from './characters.js';
import { formatByteRange } from './header/byte-range.js';
import { formatPath } from './header/path.js';
import { formatStatus } from './header/status.js';
import { formatUseNickname } from './header/use-nickname.js';
import { randomIdent, type RandomBytes } from './ident.js';
import type { ByteRange, ContinuationFlag, FailureReport, ReportStatus } from './message.js';
import { statusPhrase } from './status.js';
import type { MsrpUri } from './uri.js';

/** The octets of a NICKNAME, REPORT or AUTH body we would ever send (RFC 4975 section 7.1: "MUST NOT exceed 10240 octets"). */
export const MAX_NON_SEND_BODY_BYTES = 10_240;

export interface RequestFields {
  readonly transactionId: string;
  /** Capitals. */
  readonly method: string;
  /** Next hop first. */
  readonly toPath: readonly MsrpUri[];
  /** Our URI in the session first. */
  readonly fromPath: readonly MsrpUri[];
  readonly messageId?: string | undefined;
  readonly byteRange?: ByteRange | undefined;
  /** Written only when given: absent means `no`. */
  readonly successReport?: boolean | undefined;
  /** Written only when given: absent means `yes`. */
  readonly failureReport?: FailureReport | undefined;
  readonly status?: ReportStatus | undefined;
  /** Empty removes the nickname. */
  readonly useNickname?: string | undefined;
  /** Written after the headers above, before Content-Type. */
  readonly headers?: Iterable<readonly [name: string, value: string]> | undefined;
  /** Required with a body, forbidden without: a bodiless request has none (RFC 4975 section 7.1). */
  readonly contentType?: string | undefined;
  /** Undefined: no body. Zero octets: an empty body. */
  readonly body?: Uint8Array | undefined;
  /** Default `$`. */
  readonly flag?: ContinuationFlag | undefined;
}

/**
 * Start line and headers. With a Content-Type it ends after the blank line, so that the body follows; without, after the
 * last header, so that the end-line follows. Text may be outside ASCII: it goes out as UTF-8.
 *
 * Req: MSRP-001, MSRP-004, MSRP-006, MSRP-007, MSRP-012.
 */
export function formatRequestHead(fields: Omit<RequestFields, 'body' | 'flag'>): string {
  if (!isIdent(fields.transactionId)) throw new RangeError('transaction id is not an ident');
  if (!isMethod(fields.method)) throw new RangeError('method is not in capitals');
  if (fields.toPath.length === 0 || fields.fromPath.length === 0) throw new RangeError('empty path');
  let head = `MSRP ${fields.transactionId} ${fields.method}\r\n`;
  head += `To-Path: ${formatPath(fields.toPath)}\r\nFrom-Path: ${formatPath(fields.fromPath)}\r\n`;
  if (fields.messageId !== undefined) {
    if (!isIdent(fields.messageId)) throw new RangeError('Message-ID is not an ident');
    head += `Message-ID: ${fields.messageId}\r\n`;
  }
  if (fields.byteRange !== undefined) head += `Byte-Range: ${formatByteRange(fields.byteRange)}\r\n`;
  if (fields.successReport !== undefined) head += `Success-Report: ${fields.successReport ? 'yes' : 'no'}\r\n`;
  if (fields.failureReport !== undefined) head += `Failure-Report: ${fields.failureReport}\r\n`;
  if (fields.status !== undefined) head += line('Status', formatStatus(fields.status));
  if (fields.useNickname !== undefined) head += `Use-Nickname: ${formatUseNickname(fields.useNickname)}\r\n`;
  for (const [name, value] of fields.headers ?? []) head += line(name, value);
  if (fields.contentType !== undefined) head += `${line('Content-Type', fields.contentType)}\r\n`;
  return head;
}

/** `end-line = "-------" transact-id continuation-flag CRLF` (MSRP-008). */
export function formatEndLine(transactionId: string, flag: ContinuationFlag): string {
  return `-------${transactionId}${flag}\r\n`;
}

/**
 * A whole request. The caller chooses the transaction id; with a body, `transactionIdFor` finds one that does not occur in it.
 *
 * Throws a RangeError for a body without Content-Type or the other way round, for a body of more than
 * {@link MAX_NON_SEND_BODY_BYTES} on anything but SEND, and for a body that holds the end-line.
 */
export function encodeRequest(fields: RequestFields): Uint8Array {
  const { body, transactionId, flag = '$' } = fields;
  if ((body === undefined) !== (fields.contentType === undefined))
    throw new RangeError('a body and a Content-Type come together');
  const head = formatRequestHead(fields);
  if (body === undefined) return fromUtf8(head + formatEndLine(transactionId, flag));
  if (fields.method !== 'SEND' && body.byteLength > MAX_NON_SEND_BODY_BYTES)
    throw new RangeError('body too large for the method');
  if (containsEndLine(body, transactionId)) throw new RangeError('the end-line occurs in the body');
  const headOctets = fromUtf8(head);
  const tail = `\r\n${formatEndLine(transactionId, flag)}`;
  const octets = new Uint8Array(headOctets.byteLength + body.byteLength + tail.length);
  octets.set(headOctets);
  octets.set(body, headOctets.byteLength);
  const tailAt = headOctets.byteLength + body.byteLength;
  for (let i = 0; i < tail.length; i++) octets[tailAt + i] = tail.charCodeAt(i);
  return octets;
}

export interface ResponseFields {
  readonly transactionId: string;
  /** One of `MSRP_STATUS`, which also gives the phrase; another code goes without a phrase. */
  readonly status: number;
  readonly toPath: readonly MsrpUri[];
  readonly fromPath: readonly MsrpUri[];
  /** Sent in responses to SEND, as RFC 7701 section 9.3 shows. */
  readonly messageId?: string | undefined;
  /** For AUTH: WWW-Authenticate, Use-Path, Expires and the like. ASCII only. */
  readonly headers?: Iterable<readonly [name: string, value: string]> | undefined;
}

/**
 * A whole response, as ASCII text to be written as latin1: never a body, always `$` (RFC 4975 section 7.2).
 *
 * Req: MSRP-021, MSRP-022, ERR-003.
 */
export function encodeResponse(fields: ResponseFields): string {
  if (!isIdent(fields.transactionId)) throw new RangeError('transaction id is not an ident');
  const phrase = statusPhrase(fields.status);
  const code = String(fields.status).padStart(3, '0');
  let text = `MSRP ${fields.transactionId} ${phrase === undefined ? code : `${code} ${phrase}`}\r\n`;
  text += `To-Path: ${formatPath(fields.toPath)}\r\nFrom-Path: ${formatPath(fields.fromPath)}\r\n`;
  if (fields.messageId !== undefined) text += line('Message-ID', fields.messageId);
  for (const [name, value] of fields.headers ?? []) text += line(name, value);
  return text + formatEndLine(fields.transactionId, '$');
}

export interface ReportFields {
  readonly transactionId: string;
  /** The whole From-Path of the request reported on. */
  readonly toPath: readonly MsrpUri[];
  readonly fromPath: readonly MsrpUri[];
  readonly messageId: string;
  readonly byteRange: ByteRange | undefined;
  /** 200, or the code of the failure; the comment is its phrase. */
  readonly status: number;
}

/**
 * A REPORT, as ASCII text to be written as latin1. It carries neither Success-Report nor Failure-Report, and nothing answers
 * it.
 *
 * Req: RPT-005, RPT-006.
 */
export function encodeReport(fields: ReportFields): string {
  const { transactionId, toPath, fromPath, messageId, byteRange, status } = fields;
  const reported: ReportStatus = { namespace: '000', code: status, comment: statusPhrase(status) ?? '' };
  const head = { transactionId, method: 'REPORT', toPath, fromPath, messageId, byteRange, status: reported };
  return formatRequestHead(head) + formatEndLine(transactionId, '$');
}

/** True when `body` holds seven hyphens and this id: a receiver could take that for the end (MSRP-011). */
export function containsEndLine(body: Uint8Array, transactionId: string): boolean {
  return indexOfOctets(body, fromLatin1(`-------${transactionId}`), 0) !== -1;
}

/** As often as a transaction id may turn out unusable before the random source is taken for broken. */
const MAX_ATTEMPTS = 64;

/**
 * A new transaction id that does not occur as end-line in `body` and is not one of an open transaction.
 *
 * Throws an Error when `random` gives the same again and again.
 *
 * Spec: RFC 4975 section 7.1.  Req: MSRP-003, MSRP-011.
 */
export function transactionIdFor(
  body: Uint8Array | undefined,
  random: RandomBytes,
  isOpen: (transactionId: string) => boolean = () => false,
): string {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const id = randomIdent(random);
    if (!isOpen(id) && (body === undefined || !containsEndLine(body, id))) return id;
  }
  throw new Error('the random source gives no usable transaction id');
}

function line(name: string, value: string): string {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) throw new RangeError(`control character in ${name}`);
  }
  return `${name}: ${value}\r\n`;
}
