/**
 * Warning (RFC 3261 section 20.43): warning-value = warn-code SP warn-agent SP warn-text
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { quote, Scanner } from './scan.js';

export interface Warning {
  /** 300 to 399. */
  readonly code: number;
  /** hostport or pseudonym of who warns. */
  readonly agent: string;
  readonly text: string;
}

/** Codes we send with 488 (ERR-005). */
export const warningCodes = {
  incompatibleTransport: 302,
  incompatibleMediaType: 304,
  incompatibleMediaFormat: 305,
} as const;

/** Parses one Warning value. */
export function parseWarning(value: string): Result<Warning, SipError> {
  const scanner = new Scanner(value);
  const code = scanner.lws().match(/\d{3}(?=[ \t])/y);
  const agent = scanner.lws().match(/[^\s",]+/y);
  const text = scanner.lws().quotedString();
  if (code === undefined || agent === undefined || text === undefined || !scanner.lws().done) {
    return err(new SipError('malformed-header', 'No code, agent and text.'));
  }
  return ok({ code: Number(code), agent, text });
}

export function formatWarning({ code, agent, text }: Warning): string {
  if (!Number.isInteger(code) || code < 100 || code > 999) throw new RangeError('a warn-code has three digits');
  if (!/^[^\s",]+$/.test(agent)) throw new TypeError('not a warn-agent');
  return `${code} ${agent} ${quote(text)}`;
}
