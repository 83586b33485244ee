import type { MsrpUri } from './uri.js';

/** What ends a chunk: `$` complete, `+` to be continued, `#` aborted (RFC 4975 section 7.1). */
export type ContinuationFlag = '$' | '+' | '#';

/** A `Byte-Range` (RFC 4975 section 7.1.1); `undefined` stands for `*`. `start` is 1-based. */
export interface ByteRange {
  readonly start: number;
  readonly end: number | undefined;
  readonly total: number | undefined;
}

export type FailureReport = 'yes' | 'no' | 'partial';

/** `Status: 000 200 OK` of a REPORT. */
export interface ReportStatus {
  readonly namespace: string;
  readonly code: number;
  readonly comment: string;
}

/**
 * Start line and headers of a request, as the decoder reads them: the headers this project acts on are parsed, the rest
 * is kept in order in `otherHeaders`. A header that is there but malformed is in `malformed`, by its name; what follows
 * from that is the method's business (400, 424, …).
 */
export interface MsrpRequestHead {
  readonly kind: 'request';
  readonly transactionId: string;
  readonly method: string;
  readonly toPath: readonly MsrpUri[];
  readonly fromPath: readonly MsrpUri[];
  readonly messageId: string | undefined;
  readonly byteRange: ByteRange | undefined;
  readonly successReport: boolean;
  readonly failureReport: FailureReport;
  readonly status: ReportStatus | undefined;
  /** Unquoted value of Use-Nickname. */
  readonly useNickname: string | undefined;
  /** As received; compare the media type without parameters and case. Undefined: the request has no body. */
  readonly contentType: string | undefined;
  readonly otherHeaders: readonly (readonly [name: string, value: string])[];
  readonly malformed: readonly string[];
}

export interface MsrpResponse {
  readonly kind: 'response';
  readonly transactionId: string;
  readonly status: number;
  readonly comment: string;
  readonly toPath: readonly MsrpUri[];
  readonly fromPath: readonly MsrpUri[];
  readonly messageId: string | undefined;
  readonly flag: ContinuationFlag;
}

/** A whole request: head, all octets of its body, and how it ended. */
export interface MsrpRequest {
  readonly head: MsrpRequestHead;
  /** Undefined: no body (no Content-Type). Zero octets: an empty body. */
  readonly body: Uint8Array | undefined;
  readonly flag: ContinuationFlag;
}
