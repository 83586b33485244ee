import { parseDateTime, readHead } from '@plenary/cpim';
import { roomEquals } from '@plenary/wire';

/** A message of the room as it came. */
export interface ReceivedMessage {
  /** Message-ID of the copy. */
  readonly messageId: string;
  /** URI of who said it; the room's own for a notice. */
  readonly from: string;
  /** Display name in CPIM From; empty when there is none. It proves nothing. */
  readonly fromName: string;
  readonly to: string;
  /** Said to us alone. */
  readonly isPrivate: boolean;
  /** Said by the room itself. */
  readonly isNotice: boolean;
  /** Media type of the content, lower case, without parameters. */
  readonly contentType: string;
  readonly content: Uint8Array;
  /** `filename` of Content-Disposition; a name to show, never a path to write to. */
  readonly fileName: string | undefined;
  /** As its sender dates it; undefined when it does not, or not readably. */
  readonly sentAtMs: number | undefined;
  /** The whole CPIM object, octet for octet. */
  readonly octets: Uint8Array;
}

/** Reads what an MSRP session delivered; undefined for what is no CPIM object, which no room sends. */
export function readReceived(messageId: string, body: Uint8Array, room: string): ReceivedMessage | undefined {
  const head = readHead(body);
  if (!head.ok) return undefined;
  const { from, to, contentType, contentHeaders, contentOffset, dateTime } = head.value;
  const disposition = contentHeaders.find(({ name }) => name === 'content-disposition')?.value ?? '';
  const addressee = to[0]?.uri ?? '';
  return {
    messageId,
    from: from.uri,
    fromName: from.name ?? '',
    to: addressee,
    isPrivate: !roomEquals(addressee, room),
    isNotice: roomEquals(from.uri, room),
    contentType: contentType.mediaType,
    content: body.subarray(contentOffset),
    fileName: fileNameIn(disposition),
    sentAtMs: dateTime === undefined ? undefined : parseDateTime(dateTime),
    octets: body,
  };
}

/** RFC 2183 section 2.3, as a token or a quoted string. */
function fileNameIn(disposition: string): string | undefined {
  const [, quoted, token] = /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(disposition) ?? [];
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? token;
}
