/** Why somebody is not in the room. */
export class JoinFailure extends Error {
  override readonly name = 'JoinFailure';
  constructor(
    /** Status of the SIP answer; 488 also for an answer we cannot use; undefined when the media session failed. */
    readonly status: number | undefined,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
