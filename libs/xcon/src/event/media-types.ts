/** Media types of the conference event package's documents (RFC 4575 §9.2, RFC 6502 §6.1, §6.2). */
export const eventMediaTypes = {
  /** RFC 4575's own: what every subscriber understands. */
  conferenceInfo: 'application/conference-info+xml',
  /** The whole XCON document. */
  xconConferenceInfo: 'application/xcon-conference-info+xml',
  /** What changed in it. */
  xconConferenceInfoDiff: 'application/xcon-conference-info-diff+xml',
} as const;
