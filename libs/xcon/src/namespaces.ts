/** The XML namespaces of conference documents and of the messages that carry them. */
export const namespaces = {
  /** Conference event package, RFC 4575; the default namespace of every document. */
  info: 'urn:ietf:params:xml:ns:conference-info',
  /** Conference data model, RFC 6501 §11.2. */
  xcon: 'urn:ietf:params:xml:ns:xcon-conference-info',
  /** CCMP as registered, RFC 6503 §12.1. */
  ccmp: 'urn:ietf:params:xml:ns:xcon-ccmp',
  /** CCMP as the examples of RFC 6504 spell it. */
  ccmp6504: 'urn:ietf:params:xml:ns:xcon:ccmp',
  /** Extension elements and attributes of this system. */
  chat: 'urn:x-plenary:ns:chat:1',
  /** Registered by RFC 6502 §6.3; the documents themselves are in `xcon` (§5.3). */
  diff: 'urn:ietf:params:xml:ns:xcon-conference-info-diff',
} as const;
