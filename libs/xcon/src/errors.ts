/** Every way in which text is refused as an identifier or a nickname, with the MSRP status a NICKNAME would get. */
export const XCON_ERRORS = {
  'nickname-empty': { status: 424, text: 'nothing is left of the nickname', spec: 'RFC 8266 §2.3' },
  'nickname-too-long': { status: 424, text: 'the nickname has more than 1023 octets', spec: 'RFC 7701 §7.1' },
  'nickname-disallowed': { status: 424, text: 'a character that no nickname may have', spec: 'RFC 8264 §4.3' },
  'nickname-unassigned': { status: 424, text: 'a code point that is no character yet', spec: 'RFC 8264 §4.3' },
  'nickname-context': { status: 424, text: 'a character that may not stand in that place', spec: 'RFC 5892 App. A' },
  'nickname-unstable': { status: 424, text: 'the rules do not come to an end on the nickname', spec: 'RFC 8266 §2.1' },
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
