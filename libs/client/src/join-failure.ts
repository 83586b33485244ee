/** Where a join came to its end. */
export type JoinFailureOrigin =
  /** The room, or what stands before it, said no. */
  | 'refused'
  /** Nobody answered, or nobody is there. */
  | 'network'
  /** Admitted, but no MSRP session came about. */
  | 'media';

/** Why somebody is not in the room. */
export class JoinFailure extends Error {
  override readonly name = 'JoinFailure';
  constructor(
    readonly origin: JoinFailureOrigin,
    /** Status of the SIP answer: the peer's, or 408 and 503 where none came; 488 for an answer that cannot be used. */
    readonly status: number | undefined,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
