import type { CpimHead } from './message.js';

// RFC 5438 §10:
//   imdn.Disposition-Notification = [ notify-req *( "," notify-req ) ]
//   notify-req = "negative-delivery" / "positive-delivery" / "processing" / "display" / Token, with ";" parameters

/** Namespace of the notification headers (RFC 5438 §6.1); found by this URI, whatever prefix stands for it. */
export const IMDN_NAMESPACE = 'urn:ietf:params:imdn';

/** What the IMDN headers of a message say. They are payload here: read, never added, changed or removed (RFC 3862 §2.2). */
export interface Imdn {
  readonly messageId?: string;
  /** Requested notifications in lower case, without parameters. */
  readonly dispositionNotification: readonly string[];
}

/** The IMDN headers of a head, or undefined when it has none. Spec: RFC 5438 §6. Req: CPIM-009. */
export function imdnOf(head: CpimHead): Imdn | undefined {
  let messageId: string | undefined;
  const requests: string[] = [];
  let found = false;
  for (const header of head.extensions) {
    if (header.namespace !== IMDN_NAMESPACE) continue;
    found = true;
    if (header.name === 'Message-ID') messageId ??= header.value;
    if (header.name !== 'Disposition-Notification') continue;
    for (const request of header.value.split(',')) {
      const name = request.split(';', 1)[0]?.trim().toLowerCase();
      if (name !== undefined && name !== '') requests.push(name);
    }
  }
  if (!found) return undefined;
  return messageId === undefined
    ? { dispositionNotification: requests }
    : { messageId, dispositionNotification: requests };
}

/**
 * What a content is for a room: `receipt` (RFC 5438 §7, `message/imdn+xml`), `composing` (RFC 3994, `application/im-iscomposing+xml`)
 * or an ordinary `message`. A multipart is a `message`: its parts are not opened.
 */
export function contentKind(head: CpimHead): 'message' | 'receipt' | 'composing' {
  switch (head.contentType.mediaType) {
    case 'message/imdn+xml':
      return 'receipt';
    case 'application/im-iscomposing+xml':
      return 'composing';
    default:
      return 'message';
  }
}
