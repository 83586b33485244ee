/** What the switch needs of a connection's socket; `MsrpSocket` of `@plenary/msrp/net` is one. */
export interface OutSocket {
  readonly id: number;
  /** Over TLS. */
  readonly secure: boolean;
  /** The certificate the client showed, DER. */
  readonly peerCertificate: Uint8Array | undefined;
  /** Text is latin1: one character is one octet. One call is one write. False: full, its drain will be told. */
  write(data: string | Uint8Array): boolean;
  /** Octets handed over and not yet taken by the system. */
  readonly queuedBytes: number;
  pause(): void;
  resume(): void;
  /** Ends the connection after what was written. */
  end(): void;
  /** Ends the connection now. */
  destroy(): void;
}
