/** Every way in which a Message/CPIM object is refused, with the MSRP status that says so (RFC 4975 §10). */
export const CPIM_ERRORS = {
  'head-incomplete': { status: 400, text: 'the object ends before its header blocks do', spec: 'RFC 3862 §2' },
  'head-too-large': { status: 413, text: 'the header blocks exceed the size limit', spec: 'RFC 7701 §6.1' },
  'too-many-headers': { status: 413, text: 'more header lines than the limit allows', spec: 'RFC 7701 §6.1' },
  'control-character': {
    status: 400,
    text: 'a control character or a bare CR or LF in a header',
    spec: 'RFC 3862 §2.2',
  },
  'not-utf-8': { status: 400, text: 'the headers are not valid UTF-8', spec: 'RFC 3862 §2.2' },
  'malformed-header': { status: 400, text: 'a line that is no header', spec: 'RFC 3862 §3.6' },
  'malformed-address': {
    status: 400,
    text: 'a From, To or cc without exactly one URI in angle brackets',
    spec: 'RFC 3862 §4.1',
  },
  'malformed-namespace': {
    status: 400,
    text: 'an NS header without prefix and URI, or a prefix never declared',
    spec: 'RFC 3862 §3.4',
  },
  'malformed-content-header': { status: 400, text: 'a content header that cannot be read', spec: 'RFC 3862 §2.4' },
  'from-missing': { status: 400, text: 'no From header', spec: 'RFC 4975 §13' },
  'to-missing': { status: 400, text: 'no To header', spec: 'RFC 4975 §13' },
  'content-type-missing': { status: 400, text: 'the content has no Content-Type', spec: 'RFC 3862 §2.4' },
  'repeated-header': { status: 400, text: 'a header twice that may stand once', spec: 'RFC 4975 §13' },
} as const satisfies Record<string, { status: 400 | 413; text: string; spec: string }>;

/** Stable name of one refusal. */
export type CpimErrorCode = keyof typeof CPIM_ERRORS;

/** Why an object was refused: a stable `code`, the MSRP `status` to answer with, one sentence as message. */
export class CpimError extends Error {
  override name = 'CpimError';
  readonly code: CpimErrorCode;
  readonly status: 400 | 413;

  constructor(code: CpimErrorCode) {
    super(CPIM_ERRORS[code].text);
    this.code = code;
    this.status = CPIM_ERRORS[code].status;
  }
}
