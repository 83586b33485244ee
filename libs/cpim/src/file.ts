import type { CpimHead } from './message.js';

// RFC 2183 §2:  disposition = "Content-Disposition" ":" disposition-type *( ";" disposition-parm )

/** Types of content that are said, not handed over, whatever their disposition does not say. */
const spoken = /^(?:text|multipart|message)\/|^application\/im-iscomposing\+xml$/;

/**
 * True for a content that is a file: its Content-Disposition is `attachment` or names a file (RFC 5547 §6 takes the name of a file from
 * there), or its type is neither text, nor a multipart, nor a message, nor a composing notice (an image sent as a chat message, RFC 7701 §6.1).
 * Req: FILE-001, FILE-X-002, FILE-X-004.
 */
export function isFile(head: CpimHead): boolean {
  const disposition = head.contentHeaders.find(({ name }) => name === 'content-disposition')?.value;
  if (disposition !== undefined && /^\s*attachment\s*(?:;|$)|;\s*filename\*?(?:\*?[0-9]+\*?)?\s*=/i.test(disposition))
    return true;
  return !spoken.test(head.contentType.mediaType);
}
