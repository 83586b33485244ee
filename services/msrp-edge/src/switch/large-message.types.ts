/** Who a message is for, once that is known. */
export interface Address {
  readonly audiencePid: string;
  readonly wrappedType: string;
  /** The whole CPIM object may be this large, where that is less than what the room takes. */
  readonly maxOctets?: number;
}

export interface LargeMessageLimits {
  readonly aheadBytes: number;
  readonly aheadPieces: number;
  readonly fragmentBytes: number;
  readonly fragmentWindow: number;
  readonly cpimHeadBytes: number;
}

/** How far a message in chunks has come. */
export type State =
  /** CPIM headers are not complete. */
  | 'headers'
  /** Waiting for the check, or for its turn. */
  | 'queued'
  /** The head is on its way to the log. */
  | 'starting'
  /** The head is stored: fragments follow. */
  | 'open'
  | 'done';
