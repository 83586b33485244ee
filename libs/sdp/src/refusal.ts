/**
 * Why a well-formed offer or answer leads to no session: the SIP status and the Warning to send with it
 * (RFC 3261 §20.43: 302 transport protocol, 304 media type, 305 media format, 399 anything else).   Req: ERR-005.
 */
export const REFUSALS = {
  'no-message-stream': { warning: 304, text: 'A message stream is needed' },
  'no-secure-transport': { warning: 302, text: 'TCP/TLS/MSRP is needed' },
  'transport-not-supported': { warning: 302, text: 'Transport protocol not available' },
  'cpim-not-accepted': { warning: 305, text: 'message/cpim is needed in accept-types' },
  'no-path': { warning: 399, text: 'No usable path attribute' },
  'path-contradicts-transport': { warning: 399, text: 'Path scheme contradicts the transport protocol' },
  'file-transfer-only': { warning: 305, text: 'File transfer streams are not available' },
  'passive-offer': { warning: 399, text: 'Offerer has to connect' },
  'path-contradicts-address': { warning: 399, text: 'Connection data contradicts the path' },
  'stream-refused': { warning: 399, text: 'Message stream refused' },
  'answer-mismatch': { warning: 399, text: 'Answer does not match the offer' },
} as const satisfies Record<string, { warning: 302 | 304 | 305 | 399; text: string }>;

/** Stable name of one reason. */
export type RefusalCode = keyof typeof REFUSALS;

/** The refusal of an offer (answer it so), or of an answer (end the dialog). */
export interface Refusal {
  readonly code: RefusalCode;
  readonly status: 488;
  readonly warning: { readonly code: 302 | 304 | 305 | 399; readonly text: string };
}

/** The refusal of that name. */
export function refuse(code: RefusalCode): Refusal {
  return { code, status: 488, warning: { code: REFUSALS[code].warning, text: REFUSALS[code].text } };
}
