/**
 * Every error code of this package: what a peer did, the MSRP status that answers it, and where the rule stands.
 * The codes are stable: logs, metrics and tests use them. The README table is compared with this one.
 */
export const MSRP_ERRORS = {
  'not-msrp': { status: 400, text: 'the octets do not begin an MSRP message', spec: 'RFC 4975 §9, §10.2' },
  'header-too-large': { status: 400, text: 'start line and headers exceed the limit', spec: 'RFC 4975 §10.2' },
  'bad-start-line': {
    status: 400,
    text: 'the start line has a transaction id but no method or status',
    spec: 'RFC 4975 §9',
  },
  'bad-header-line': { status: 400, text: 'a header line is not `name: value`', spec: 'RFC 4975 §9' },
  'too-many-headers': { status: 400, text: 'more header fields than allowed', spec: 'RFC 4975 §10.2' },
  'bad-path': {
    status: 400,
    text: 'To-Path or From-Path is missing, repeated or unreadable',
    spec: 'RFC 4975 §7.1, §9',
  },
  'bad-uri': { status: 400, text: 'not an MSRP URI', spec: 'RFC 4975 §6, §9' },
  'bad-message-id': {
    status: 400,
    text: 'Message-ID is missing, repeated or not an ident',
    spec: 'RFC 4975 §7.1.1, §9',
  },
  'bad-byte-range': { status: 400, text: 'Byte-Range is not `start-end/total`', spec: 'RFC 4975 §7.1.1, §9' },
  'number-too-large': { status: 413, text: 'a number exceeds the configured ceiling', spec: 'RFC 4975 §14.5' },
  'bad-report-choice': {
    status: 400,
    text: 'Success-Report or Failure-Report has an unknown value',
    spec: 'RFC 4975 §9',
  },
  'bad-status': { status: 400, text: 'Status is missing or not `000 200 comment`', spec: 'RFC 4975 §9' },
  'bad-nickname': {
    status: 424,
    text: 'Use-Nickname is missing or not a quoted string of at most 1023 octets',
    spec: 'RFC 7701 §7.1',
  },
  'bad-content-type': { status: 400, text: 'Content-Type is not a media type', spec: 'RFC 4975 §9' },
  'missing-content-type': { status: 400, text: 'a body without Content-Type', spec: 'RFC 4975 §7.1' },
  'bad-expires': {
    status: 400,
    text: 'Expires, Min-Expires or Max-Expires is not a number of seconds',
    spec: 'RFC 4976 §7',
  },
  'bad-digest': { status: 400, text: 'not digest parameters', spec: 'RFC 4976 §7' },
  'body-too-large': { status: 413, text: 'the body exceeds the limit', spec: 'RFC 4975 §7.1, §10.5' },
  'unknown-method': { status: 501, text: 'the method is not known', spec: 'RFC 4975 §12, §10.9' },
  'byte-range-missing': { status: 400, text: 'a later chunk has no Byte-Range', spec: 'RFC 4975 §7.1.1' },
  'message-too-large': { status: 413, text: 'the message exceeds the limit', spec: 'RFC 4975 §8.6, §10.5' },
  'too-many-open-messages': { status: 413, text: 'too many unfinished messages', spec: 'RFC 4975 §14.5' },
  'too-many-gaps': { status: 413, text: 'the chunks of a message leave too many gaps', spec: 'RFC 4975 §14.5' },
  'no-session': {
    status: 481,
    text: 'To-Path does not name a session on this connection',
    spec: 'RFC 4975 §7.3, §10.8',
  },
} as const satisfies Record<string, { readonly status: number; readonly text: string; readonly spec: string }>;

/** A stable error code, a key of {@link MSRP_ERRORS}. */
export type MsrpErrorCode = keyof typeof MSRP_ERRORS;

/**
 * What a peer did wrong, as a value: `code` is stable, `status` is what to answer on the wire. The message may add where
 * the fault lies (a header name, an offset), never what the peer wrote: URIs and bodies are not for logs
 * (RFC 4975 section 14.1).
 */
export class MsrpError extends Error {
  override readonly name = 'MsrpError';
  readonly code: MsrpErrorCode;
  readonly status: number;

  constructor(code: MsrpErrorCode, detail?: string, options?: ErrorOptions) {
    const text = MSRP_ERRORS[code].text;
    super(detail === undefined ? text : `${text} (${detail})`, options);
    this.code = code;
    this.status = MSRP_ERRORS[code].status;
  }
}
