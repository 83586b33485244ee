/** NICKNAME (RFC 7701 section 7): which headers it needs. */
import { MsrpError } from '../errors.js';
import type { MsrpRequestHead } from '../message.js';

/** Undefined when the head may stand over a NICKNAME; otherwise `bad-nickname`, to be answered 424. */
export function checkNickname(head: MsrpRequestHead): MsrpError | undefined {
  return head.useNickname === undefined ? new MsrpError('bad-nickname') : undefined;
}
