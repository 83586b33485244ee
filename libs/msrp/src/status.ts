/**
 * Status codes and the phrases we send with them (RFC 4975 section 10, RFC 4976 section 10.3, RFC 7701 section 10.3).
 * A phrase is fixed per code: it carries no detail of ours, and a phrase that comes in is never interpreted (ERR-003).
 */
export const MSRP_STATUS = {
  200: { phrase: 'OK', spec: 'RFC 4975 §10.1' },
  400: { phrase: 'Bad Request', spec: 'RFC 4975 §10.2' },
  401: { phrase: 'Unauthorized', spec: 'RFC 4976 §10.3' },
  403: { phrase: 'Forbidden', spec: 'RFC 4975 §10.3' },
  404: { phrase: "Failure to resolve recipient's URI", spec: 'RFC 7701 §10.3' },
  408: { phrase: 'Request Timeout', spec: 'RFC 4975 §10.4' },
  413: { phrase: 'Message too large', spec: 'RFC 4975 §10.5' },
  415: { phrase: 'Media type not supported', spec: 'RFC 4975 §10.6' },
  423: { phrase: 'Interval out of bounds', spec: 'RFC 4976 §10.3' },
  424: { phrase: 'Malformed nickname', spec: 'RFC 7701 §10.3' },
  425: { phrase: 'Nickname reserved or already in use', spec: 'RFC 7701 §10.3' },
  428: { phrase: 'Private messages not supported', spec: 'RFC 7701 §10.3' },
  481: { phrase: 'No such session', spec: 'RFC 4975 §10.8' },
  501: { phrase: 'Unknown method', spec: 'RFC 4975 §10.9' },
  506: { phrase: 'Session already in use', spec: 'RFC 4975 §10.10' },
} as const;

/** A code we know; other codes are read by their class (ERR-002). */
export type KnownStatus = keyof typeof MSRP_STATUS;

/** The fixed phrase of a code, undefined for one we do not know. */
export function statusPhrase(status: number): string | undefined {
  return (MSRP_STATUS as Record<number, { readonly phrase: string } | undefined>)[status]?.phrase;
}

/** What the sender of a request does after a response or a REPORT with this code. */
export type StatusMeaning =
  /** 2xx: taken. */
  | 'success'
  /** 413: no further chunk of this message (RFC 4975 section 10.5). */
  | 'stop-message'
  /** 415: this type is not sent again in the session (section 10.6). */
  | 'stop-type'
  /** 481, 506: the session ends (sections 10.8, 10.10). */
  | 'end-session'
  /** 408: as if the transaction had timed out here (section 10.4). */
  | 'timeout'
  /** Any other code: this message failed, the session lives on (ERR-002). */
  | 'failure';

/** Reads a code, known or not, by what it asks of the sender. 427 and 423 of the drafts are plain failures. */
export function statusMeaning(status: number): StatusMeaning {
  if (status >= 200 && status < 300) return 'success';
  switch (status) {
    case 413:
      return 'stop-message';
    case 415:
      return 'stop-type';
    case 481:
    case 506:
      return 'end-session';
    case 408:
      return 'timeout';
    default:
      return 'failure';
  }
}
