/** The methods of MSRP, and what each asks of the head of a request. */
import { MsrpError } from '../errors.js';
import type { MsrpRequestHead } from '../message.js';
import { checkAuth } from './auth.js';
import { checkNickname } from './nickname.js';
import { checkReport } from './report.js';
import { checkSend } from './send.js';

/**
 * Undefined when the head is good for its method, else what to answer: `bad-nickname` (424) for a NICKNAME,
 * `unknown-method` (501) for a method not in RFC 4975, 4976 or 7701, and so on. An error of a REPORT is never sent.
 *
 * Req: MSRP-018.
 */
export function checkRequest(head: MsrpRequestHead): MsrpError | undefined {
  switch (head.method) {
    case 'SEND':
      return checkSend(head);
    case 'REPORT':
      return checkReport(head);
    case 'NICKNAME':
      return checkNickname(head);
    case 'AUTH':
      return checkAuth(head);
    default:
      return new MsrpError('unknown-method');
  }
}
