import { formatContact, formatTokens, type HeaderParam, type SipUri } from '@plenary/sip';

/** Methods the focus serves (SIP-025). */
export const allowedMethods = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'UPDATE', 'SUBSCRIBE'] as const;

/** Option tags the focus understands. */
export const supportedOptions = ['timer'] as const;

/** The same in a SUBSCRIBE: our Contact there may be a GRUU (RFC 5627). */
export const supportedInSubscribe = [...supportedOptions, 'gruu'] as const;

export const allow: readonly [string, string] = ['Allow', formatTokens(allowedMethods)];
export const supported: readonly [string, string] = ['Supported', formatTokens(supportedOptions)];
/** Event packages we are a notifier of (RFC 6665 section 4.4.4). */
export const allowEvents: readonly [string, string] = ['Allow-Events', 'conference'];
export const accept: readonly [string, string] = ['Accept', 'application/sdp'];

/** Contact of a room: `isfocus` and the feature tags of RFC 4579 section 4.2 (ROOM-002). */
export function roomContact(uri: SipUri): readonly [string, string] {
  const params: HeaderParam[] = [
    { name: 'isfocus' },
    { name: 'automata' },
    { name: 'message' },
    { name: 'methods', value: allowedMethods.join(','), quoted: true },
  ];
  return ['Contact', formatContact({ uri, params })];
}
