import { isFile, type CpimHead } from '@plenary/cpim';
import { FileAudience, type RoomPolicy } from '@plenary/proto/chat';
import { matchesType } from '../sessions/capability-class.js';

/** What becomes of a message as far as it is a file. */
export type FileVerdict =
  /** It is none, or it is allowed; `maxOctets`: the whole CPIM object may be this large, where that is less than what the room takes. */
  | { readonly kind: 'take'; readonly maxOctets?: number }
  | { readonly kind: 'refuse'; readonly status: 403 | 413 | 415 };

const NO_FILE: FileVerdict = { kind: 'take' };

/**
 * Files in the room's messages, by what the room says of them (`chat:file-transfer`): without a word they are refused; else to the room, to
 * one or to both, of certain types, up to a size. What is a file says `isFile`: a content with a file's disposition (RFC 5547 section 6),
 * or one that is not said but handed over (an image in a SEND, RFC 7701 section 6.1). Text, receipts and composing are none.
 *
 * 403: the room takes no files, or none for this addressee (RFC 4975 section 10.3). 413: too large, by its `size` parameter (RFC 5547
 * section 8.3.1), or as far as the octets are known (RFC 4975 section 10.5). 415: a type the room does not take (section 10.6).
 * `totalOctets`: of the CPIM object, 0 where not known; `isPrivate`: it is for one participant.
 *
 * Req: FILE-X-001 to FILE-X-004.
 */
export function checkFile(policy: RoomPolicy, head: CpimHead, totalOctets: number, isPrivate: boolean): FileVerdict {
  if (!isFile(head)) return NO_FILE;
  const { files } = policy;
  const allowed = files === FileAudience.BOTH || files === (isPrivate ? FileAudience.ONE : FileAudience.ROOM);
  if (!allowed) return { kind: 'refuse', status: 403 };
  const maxBytes = Number(policy.fileMaxBytes);
  // FILE-007: the size of a file is that of its octets, without the wrapper.
  const knownBytes = Math.max(totalOctets - head.contentOffset, declaredSize(head));
  if (maxBytes > 0 && knownBytes > maxBytes) return { kind: 'refuse', status: 413 };
  const types = new Set(policy.fileTypes.map((type) => type.toLowerCase()));
  if (types.size > 0 && !matchesType(types, head.contentType.mediaType)) return { kind: 'refuse', status: 415 };
  return maxBytes > 0 ? { kind: 'take', maxOctets: head.contentOffset + maxBytes } : NO_FILE;
}

/** The `size` parameter of Content-Disposition (RFC 2183 section 2.7); 0 where there is none. */
function declaredSize(head: CpimHead): number {
  const disposition = head.contentHeaders.find(({ name }) => name === 'content-disposition')?.value ?? '';
  const [, size] = /;\s*size\s*=\s*"?([0-9]{1,15})/i.exec(disposition) ?? [];
  return size === undefined ? 0 : Number(size);
}
