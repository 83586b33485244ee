/** Every way in which text is refused as a session description, with the SIP status that says so. */
export const SDP_ERRORS = {
  'too-large': { status: 413, text: 'the description exceeds the size limit', spec: 'RFC 8866 §5' },
  'too-many-lines': { status: 413, text: 'more lines or media than the limits allow', spec: 'RFC 8866 §5' },
  'malformed-line': {
    status: 400,
    text: 'a line that is not a letter, an equals sign and a value',
    spec: 'RFC 8866 §5',
  },
  'version-missing': { status: 400, text: 'the description does not begin with v=0', spec: 'RFC 8866 §5.1' },
  'malformed-origin': { status: 400, text: 'no o= line, or a malformed one', spec: 'RFC 8866 §5.2' },
  'malformed-media': { status: 400, text: 'a malformed m= line', spec: 'RFC 8866 §5.14' },
} as const satisfies Record<string, { status: 400 | 413; text: string; spec: string }>;

/** Stable name of one error. */
export type SdpErrorCode = keyof typeof SDP_ERRORS;

/** Why text is no session description. */
export class SdpError extends Error {
  override name = 'SdpError';
  readonly code: SdpErrorCode;
  readonly status: 400 | 413;

  constructor(code: SdpErrorCode) {
    super(SDP_ERRORS[code].text);
    this.code = code;
    this.status = SDP_ERRORS[code].status;
  }
}
