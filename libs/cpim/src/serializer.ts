import { escapeText } from './header/escapes.js';
import { formatAddress, type NameAndUri } from './header/address.js';
import { formatContentType, type ContentType } from './header/content-type.js';
import { formatDateTime } from './header/datetime.js';
import { formatHeaderName, isName } from './header/name.js';
import { formatNamespace, type Namespace } from './header/ns.js';
import { formatRequire } from './header/require.js';
import { formatSubject, type Subject } from './header/subject.js';
import { CORE_NAMESPACE, type ContentHeader } from './message.js';

/** A header to write in a namespace of the message. */
export interface OutboundExtension {
  /** A prefix that `namespaces` declares. */
  readonly prefix: string;
  readonly name: string;
  /** Plain text; it is escaped. */
  readonly value: string;
}

/** A message of our own, to be written. There is no way from a received head to here: what is received is never rewritten. */
export interface OutboundMessage {
  readonly from: NameAndUri;
  /** At least one. */
  readonly to: readonly NameAndUri[];
  readonly cc?: readonly NameAndUri[];
  /** When it is sent, milliseconds since 1970 UTC. */
  readonly dateTimeMs: number;
  readonly subjects?: readonly Subject[];
  /** Prefixes, each non-empty and once. */
  readonly namespaces?: readonly Namespace[];
  readonly require?: readonly string[];
  readonly extensions?: readonly OutboundExtension[];
  /** `text/plain;charset=utf-8` written out, or its parts. */
  readonly contentType: string | ContentType;
  /** MIME headers beside Content-Type; each value one line. */
  readonly contentHeaders?: readonly ContentHeader[];
  readonly content: Uint8Array | string;
}

const UTF_8 = new TextEncoder();
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const CONTROL = /[\x00-\x1f\x7f]/u;

/**
 * Writes a message we originate, in the layout of RFC 3862: message headers, empty line, MIME headers, empty line, content; one
 * SP after each colon, nothing at the ends of lines, CRLF. DateTime is always there.
 * Throws `RangeError` on anything that could not be written so: no To, a malformed URI, name or type, a control in a MIME header.
 *
 * Spec: RFC 3862 §2, §2.2.   Req: CPIM-002, CPIM-004, CPIM-007.
 */
export function serializeMessage(message: OutboundMessage): Uint8Array {
  if (message.to.length === 0) throw new RangeError('a CPIM message needs a To');
  const lines = [`From: ${formatAddress(message.from)}`];
  for (const to of message.to) lines.push(`To: ${formatAddress(to)}`);
  for (const cc of message.cc ?? []) lines.push(`cc: ${formatAddress(cc)}`);
  lines.push(`DateTime: ${formatDateTime(message.dateTimeMs)}`);
  for (const subject of message.subjects ?? []) lines.push(`Subject:${formatSubject(subject)}`);
  lines.push(...extensionLines(message), '', ...contentLines(message), '', '');
  const head = UTF_8.encode(lines.join('\r\n'));
  const content = typeof message.content === 'string' ? UTF_8.encode(message.content) : message.content;
  const octets = new Uint8Array(head.length + content.length);
  octets.set(head);
  octets.set(content, head.length);
  return octets;
}

function extensionLines(message: OutboundMessage): string[] {
  const lines: string[] = [];
  const prefixes = new Set<string>();
  for (const namespace of message.namespaces ?? []) {
    if (namespace.prefix === '' || namespace.uri === CORE_NAMESPACE || prefixes.has(namespace.prefix)) {
      throw new RangeError('a namespace is declared once, with a prefix');
    }
    prefixes.add(namespace.prefix);
    lines.push(`NS: ${formatNamespace(namespace)}`);
  }
  if (message.require !== undefined && message.require.length > 0)
    lines.push(`Require: ${formatRequire(message.require)}`);
  for (const extension of message.extensions ?? []) {
    if (!prefixes.has(extension.prefix) || !isName(extension.name))
      throw new RangeError('an extension header needs a declared prefix and a name');
    lines.push(`${formatHeaderName(extension)}: ${escapeText(extension.value)}`);
  }
  return lines;
}

function contentLines(message: OutboundMessage): string[] {
  const type = message.contentType;
  const lines = [`Content-Type: ${typeof type === 'string' ? oneLine(type) : formatContentType(type)}`];
  for (const header of message.contentHeaders ?? []) {
    if (!isName(header.name) || header.name.toLowerCase() === 'content-type')
      throw new RangeError('malformed MIME header name');
    lines.push(`${header.name}: ${oneLine(header.value)}`);
  }
  return lines;
}

function oneLine(value: string): string {
  if (value === '' || CONTROL.test(value) || value.trim() !== value)
    throw new RangeError('a MIME header value is one line');
  return value;
}
