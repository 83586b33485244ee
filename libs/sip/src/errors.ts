import type { SipRequest } from './message.js';

/** What one error code means: the status a request with this fault is answered with, one sentence, where it stands. */
export interface SipErrorMeaning {
  readonly status: number;
  readonly meaning: string;
  readonly spec: string;
}

/** Every error of the message layer. The codes are stable; tests and logs may rely on them. */
export const sipErrors = {
  'empty-message': { status: 400, meaning: 'Nothing but line ends.', spec: 'RFC 3261 §7.5' },
  'message-too-large': { status: 413, meaning: 'The message is larger than the limit.', spec: 'RFC 3261 §21.4.11' },
  'head-too-large': { status: 413, meaning: 'The header section is larger than the limit.', spec: 'RFC 3261 §21.4.11' },
  'line-too-long': { status: 413, meaning: 'One header line is longer than the limit.', spec: 'RFC 3261 §21.4.11' },
  'too-many-headers': {
    status: 413,
    meaning: 'There are more header fields than the limit.',
    spec: 'RFC 3261 §21.4.11',
  },
  'uri-too-long': { status: 414, meaning: 'The Request-URI is longer than the limit.', spec: 'RFC 3261 §21.4.12' },
  'unsupported-version': { status: 505, meaning: 'The SIP version is not 2.0.', spec: 'RFC 3261 §21.5.6' },
  'head-unterminated': { status: 400, meaning: 'No empty line ends the header section.', spec: 'RFC 3261 §7' },
  'malformed-start-line': { status: 400, meaning: 'Neither a Request-Line nor a Status-Line.', spec: 'RFC 3261 §7.1' },
  'malformed-header-line': {
    status: 400,
    meaning: 'A line of the header section is no header field.',
    spec: 'RFC 3261 §7.3.1',
  },
  'malformed-uri': { status: 400, meaning: 'A URI does not follow its grammar.', spec: 'RFC 3261 §19.1.1, §25.1' },
  'malformed-header': {
    status: 400,
    meaning: 'The value of a header field somebody needs does not follow its grammar.',
    spec: 'RFC 3261 §20, §25.1',
  },
  'missing-header': { status: 400, meaning: 'A header field every message has is missing.', spec: 'RFC 3261 §8.1.1' },
  'repeated-header': {
    status: 400,
    meaning: 'A header field of one value stands more than once.',
    spec: 'RFC 3261 §7.3.1',
  },
  'method-mismatch': {
    status: 400,
    meaning: 'CSeq and Request-Line name different methods.',
    spec: 'RFC 3261 §8.1.1.5',
  },
  'content-length-missing': {
    status: 400,
    meaning: 'A message on a stream has no Content-Length.',
    spec: 'RFC 3261 §18.3',
  },
  'body-truncated': {
    status: 400,
    meaning: 'The datagram ends before the body Content-Length tells of.',
    spec: 'RFC 3261 §18.3',
  },
  'malformed-body': { status: 400, meaning: 'A multipart body does not follow its grammar.', spec: 'RFC 2046 §5.1' },
} as const satisfies Record<string, SipErrorMeaning>;

export type SipErrorCode = keyof typeof sipErrors;

/**
 * A rule of the message layer that peer input broke. It is returned, never thrown.
 *
 * `message` says what was wrong in words fit for a log: it names header fields, never their values.
 */
export class SipError extends Error {
  override readonly name = 'SipError';
  readonly code: SipErrorCode;
  /** Status for the answer, should there be one. */
  readonly status: number;
  /**
   * The request as far as it could be read, without a body; absent when the message was no request. Ask
   * `isAnswerable` before answering it.
   */
  readonly request: SipRequest | undefined;

  constructor(code: SipErrorCode, detail?: string, request?: SipRequest) {
    super(detail === undefined ? sipErrors[code].meaning : `${sipErrors[code].meaning} ${detail}`);
    this.code = code;
    this.status = sipErrors[code].status;
    this.request = request;
  }

  /** The same error, knowing the request it came with. */
  withRequest(request: SipRequest): SipError {
    const copy = new SipError(this.code, undefined, request);
    copy.message = this.message;
    return copy;
  }
}
