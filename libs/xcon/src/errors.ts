/** Every way in which text is refused as an identifier or a nickname, with the MSRP status a NICKNAME would get. */
export const XCON_ERRORS = {
  'nickname-empty': { status: 424, text: 'nothing is left of the nickname', spec: 'RFC 8266 §2.3' },
  'nickname-too-long': { status: 424, text: 'the nickname has more than 1023 octets', spec: 'RFC 7701 §7.1' },
  'nickname-disallowed': { status: 424, text: 'a character that no nickname may have', spec: 'RFC 8264 §4.3' },
  'nickname-unassigned': { status: 424, text: 'a code point that is no character yet', spec: 'RFC 8264 §4.3' },
  'nickname-context': { status: 424, text: 'a character that may not stand in that place', spec: 'RFC 5892 App. A' },
  'nickname-unstable': { status: 424, text: 'the rules do not come to an end on the nickname', spec: 'RFC 8266 §2.1' },
  'password-empty': { status: 400, text: 'the password is empty', spec: 'RFC 8265 §4.2.2' },
  'password-too-long': { status: 400, text: 'the password has more than 1023 octets', spec: 'RFC 8265 §4.2' },
  'password-disallowed': { status: 400, text: 'a character that no password may have', spec: 'RFC 8264 §4.3' },
  'password-unassigned': {
    status: 400,
    text: 'a code point that is no character yet, in a password',
    spec: 'RFC 8264 §4.3',
  },
  'password-context': {
    status: 400,
    text: 'a character that may not stand in that place of a password',
    spec: 'RFC 5892 App. A',
  },
  'malformed-xcon-uri': { status: 400, text: 'no XCON-URI', spec: 'RFC 6501 §3.3.1' },
  'malformed-xcon-userid': { status: 400, text: 'no XCON-USERID', spec: 'RFC 6501 §4.6.5' },
} as const satisfies Record<string, { status: 400 | 424; text: string; spec: string }>;

/** Stable name of one refusal. */
export type XconErrorCode = keyof typeof XCON_ERRORS;

/** Why text was refused; `codePoint` is set when one character decided. */
export class XconError extends Error {
  override name = 'XconError';
  readonly code: XconErrorCode;
  readonly status: 400 | 424;
  readonly codePoint: number | undefined;

  constructor(code: XconErrorCode, codePoint?: number) {
    super(XCON_ERRORS[code].text);
    this.code = code;
    this.status = XCON_ERRORS[code].status;
    this.codePoint = codePoint;
  }
}

/** Every way in which a conference document is refused, with the CCMP response code it gets (RFC 6503 §5.4). */
export const DOCUMENT_ERRORS = {
  'document-invalid': { status: 400, text: 'the document breaks the data model', spec: 'RFC 6501 §4, §5' },
  'document-too-large': {
    status: 400,
    text: 'the document has more of something than it may have',
    spec: 'RFC 6503 §5.4',
  },
  'placeholder-misplaced': { status: 400, text: 'a placeholder stands outside a value', spec: 'RFC 6503 §4.3' },
  'placeholder-domain': { status: 427, text: 'a placeholder stands in a URI of another domain', spec: 'RFC 6503 §4.3' },
} as const satisfies Record<string, { status: 400 | 427; text: string; spec: string }>;

/** Stable name of one refusal of a document. */
export type DocumentFaultCode = keyof typeof DOCUMENT_ERRORS;

/** Why a document was refused; `path` names the element or attribute, as `/users/user[@entity='x']/roles`. */
export class DocumentFault extends Error {
  override name = 'DocumentFault';
  readonly code: DocumentFaultCode;
  readonly status: 400 | 427;
  readonly path: string;

  constructor(code: DocumentFaultCode, path: string, detail = '') {
    super([DOCUMENT_ERRORS[code].text, path, detail].filter((part) => part !== '').join(': '));
    this.code = code;
    this.status = DOCUMENT_ERRORS[code].status;
    this.path = path;
  }
}
