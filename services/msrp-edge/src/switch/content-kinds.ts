/** Media types the switch treats in their own way. */

/** A receipt (RFC 5438): goes to one participant, whatever the room's rules for messages are. */
export const IMDN = 'message/imdn+xml';
/** "Is typing" (RFC 3994): passed on and never kept. */
export const COMPOSING = 'application/im-iscomposing+xml';
