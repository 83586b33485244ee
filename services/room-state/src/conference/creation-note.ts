import { createHash } from 'node:crypto';
import type { CreationNote } from '../store/interface.js';
import { sealingWith } from '../store/sealing.js';

/** The password is the same object's only. */
const about = 'password of a new conference';

/**
 * How a request to create is remembered: by a hash of its id, with the password that was told to the creator under a key made of the id.
 * The id itself, 128 random bits of who asks, is kept nowhere, so the database tells no password. Req: CCMP-014, POL-017.
 */
export function creationNote(requestId: string, password: string | undefined): CreationNote | undefined {
  if (requestId === '') return undefined;
  const key = createHash('sha256').update(`create ${requestId}`).digest('base64url');
  return { key, note: password === undefined ? '' : sealingWith([requestId]).seal(password, about) };
}

/** The password a note has for the repeat of the request; undefined: none. Throws where it is another request's. */
export function notedPassword(requestId: string, note: string): string | undefined {
  return note === '' ? undefined : sealingWith([requestId]).open(note, about);
}
