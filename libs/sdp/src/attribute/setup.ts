// RFC 4145 §4, RFC 6135 §4.2:
//   setup = "setup" ":" ( "active" / "passive" / "actpass" / "holdconn" )

/** Who opens the connection, as one side offers or answers it. */
export type Setup = 'active' | 'passive' | 'actpass';

/**
 * Reads a=setup. `holdconn` and unknown words are undefined, as if the attribute were absent; then the offerer is active
 * (RFC 4975 §8.5; RFC 6135 §4.2 keeps holdconn out of MSRP).   Req: SDP-014.
 */
export function parseSetup(value: string | undefined): Setup | undefined {
  const word = value?.toLowerCase();
  return word === 'active' || word === 'passive' || word === 'actpass' ? word : undefined;
}

/** Writes the whole attribute. */
export function formatSetup(setup: Setup): string {
  return `setup:${setup}`;
}
