import { parseFormatList } from './format-list.js';

/**
 * What a room says, and nothing else (RFC 7701 §5.2): the types of the content inside stand in accept-wrapped-types.
 * Req: SDP-006.
 */
export const ROOM_ACCEPT_TYPES = 'message/cpim';

/** Reads a=accept-types; see `parseFormatList`. */
export function parseAcceptTypes(value: string): readonly string[] {
  return parseFormatList(value);
}
