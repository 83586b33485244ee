/** What a client does about a code (RFC 6503 §5.4). */
export type CcmpRetry =
  /** Nothing to repeat. */
  | 'done'
  /** The same request would fail again: "NOT RECOMMENDED that the client re-attempt". */
  | 'never'
  /** Repeat once what the code names is put right: password, version, limits, the other party. */
  | 'corrected'
  /** May be repeated as it is after a while. */
  | 'later';

export interface CcmpResponseCode {
  /** Text of the registry, RFC 6503 §12.5.2; `<response-string>` where there is nothing better to say. */
  readonly text: string;
  readonly retry: CcmpRetry;
}

/**
 * Every response code of RFC 6503 §5.4.
 *
 * Req: CCMP-028, CCMP-041..057.
 */
export const responseCodes: Readonly<Record<number, CcmpResponseCode>> = {
  200: { text: 'Success', retry: 'done' },
  400: { text: 'Bad Request', retry: 'never' },
  401: { text: 'Unauthorized', retry: 'never' },
  403: { text: 'Forbidden', retry: 'never' },
  404: { text: 'Object Not Found', retry: 'corrected' },
  409: { text: 'Conflict', retry: 'corrected' },
  420: { text: 'User Not Found', retry: 'corrected' },
  421: { text: 'Invalid confUserID', retry: 'corrected' },
  422: { text: 'Invalid Conference Password', retry: 'corrected' },
  423: { text: 'Conference Password Required', retry: 'corrected' },
  424: { text: 'Authentication Required', retry: 'corrected' },
  425: { text: 'Forbidden Delete Parent', retry: 'corrected' },
  426: { text: 'Forbidden Change Protected', retry: 'never' },
  427: { text: 'Invalid Domain Name', retry: 'never' },
  500: { text: 'Server Internal Error', retry: 'never' },
  501: { text: 'Not Implemented', retry: 'never' },
  510: { text: 'Request Timeout', retry: 'later' },
  511: { text: 'Resources Not Available', retry: 'corrected' },
};

/** What the code means; an unknown one "SHOULD be treated by the client in the same manner as … 500" (RFC 6503 §5.4). Req: CCMP-057. */
export function responseCode(code: number): CcmpResponseCode {
  return responseCodes[code] ?? (responseCodes[500] as CcmpResponseCode);
}
