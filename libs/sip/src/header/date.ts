/**
 * Date (RFC 3261 section 20.17): SIP-date = rfc1123-date, GMT and nothing else.
 *
 * rfc1123-date = wkday "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT"
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Parses Date into milliseconds since 1970. The day of the week is not compared with the date. */
export function parseDate(value: string): Result<number, SipError> {
  const found = /^([A-Za-z]{3}), (\d{2}) ([A-Za-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/i.exec(value.trim());
  const month = months.findIndex((name) => name.toLowerCase() === found?.[3]?.toLowerCase());
  const isDay = days.some((name) => name.toLowerCase() === found?.[1]?.toLowerCase());
  if (found === null || month === -1 || !isDay) return err(new SipError('malformed-header', 'No RFC 1123 date.'));
  const [day = 0, year = 0, hour = 0, minute = 0, second = 0] = [2, 4, 5, 6, 7].map((i) => Number(found[i]));
  const timeMs = Date.UTC(year, month, day, hour, minute, second);
  // 31 June would come out as 1 July.
  const isReal = new Date(timeMs).getUTCDate() === day && hour < 24 && minute < 60 && second < 61;
  return isReal ? ok(timeMs) : err(new SipError('malformed-header', 'No such date.'));
}

/** Writes milliseconds since 1970 as Date, to the second. */
export function formatDate(timeMs: number): string {
  return new Date(timeMs).toUTCString();
}
