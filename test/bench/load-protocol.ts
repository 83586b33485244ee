/** What the benchmark tells a load process, and what it hears from it, as JSON messages between the two. */

/** One MSRP session to open: where, and both its URIs. */
export interface LoadSession {
  readonly host: string;
  readonly port: number;
  /** The server's URI. */
  readonly toPath: string;
  readonly fromPath: string;
  /** Conference URI and the participant's own, for the CPIM headers. */
  readonly room: string;
  readonly user: string;
}

export type LoadCommand =
  /** Opens and binds every session; answers `bound`. */
  | { readonly type: 'open'; readonly sessions: readonly LoadSession[] }
  /** The first `senders` sessions of each room send without pause, each its next SEND when the last was answered. */
  | { readonly type: 'saturate'; readonly senders: number; readonly bodyBytes: number }
  /** `perSecond` SENDs in all, by the clock and not by the answers, round the senders. */
  | { readonly type: 'pace'; readonly senders: number; readonly bodyBytes: number; readonly perSecond: number }
  | { readonly type: 'halt' }
  | { readonly type: 'report' }
  | { readonly type: 'close' };

export type LoadReply =
  | { readonly type: 'bound'; readonly sessions: number }
  | { readonly type: 'halted' }
  | { readonly type: 'report'; readonly report: LoadReport }
  | { readonly type: 'failed'; readonly reason: string };

export interface LoadReport {
  readonly sent: number;
  readonly answered: number;
  readonly refused: number;
  readonly delivered: number;
  /** Octets received. */
  readonly receivedBytes: number;
  /** Milliseconds from the moment a paced SEND was due to the moment a recipient had it; a sample. */
  readonly latenciesMs: readonly number[];
}
