/** How much of one message is taken in before it is refused. */
export interface SipLimits {
  /** Head and body together, octets. Above: 413. */
  readonly messageBytes: number;
  /** Start line and header section, octets. Above: 413. */
  readonly headBytes: number;
  /** One header field after unfolding, characters. Above: 413. */
  readonly lineLength: number;
  /** Header fields. Above: 413. */
  readonly headerCount: number;
  /** Request-URI, characters. Above: 414. */
  readonly uriLength: number;
}

export const defaultSipLimits: SipLimits = {
  messageBytes: 64 * 1024,
  headBytes: 32 * 1024,
  lineLength: 8 * 1024,
  headerCount: 128,
  uriLength: 2 * 1024,
};
