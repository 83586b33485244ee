import { readCalendar } from '../conference-time/calendar.js';
import type { DocumentLimits } from './limits.js';
import type { ValueType } from './schema.js';

/** A value in the form in which it is stored, or why it is none. */
export type ReadValue = { readonly value: string } | { readonly fault: string; readonly tooLarge?: true };

const INTEGERS = {
  int: [-2_147_483_648n, 2_147_483_647n],
  count: [0n, 2_147_483_647n],
  unsignedInt: [0n, 4_294_967_295n],
  unsignedLong: [0n, 18_446_744_073_709_551_615n],
  // "between -127 and 127" (RFC 6501 §4.2.7)
  gain: [-127n, 127n],
  nonNegativeInteger: [0n, 18_446_744_073_709_551_615n],
} as const;

/**
 * Reads a text or an attribute as the schema's type. White space around it goes; booleans become `true` or `false`, integers lose their
 * leading zeros, XCON-URIs and XCON-USERIDs become lower case (RFC 6501 §3.3.2, §4.6.5). An empty text is a value of `string` and
 * `words` only.
 */
export function readValue(type: ValueType, text: string, limits: DocumentLimits): ReadValue {
  const longest = type === 'calendar' ? limits.calendarLength : limits.textLength;
  if (text.length > longest) return { fault: `more than ${String(longest)} characters`, tooLarge: true };
  const value = text.trim();
  if (typeof type === 'object') return readChoice(type, value);
  switch (type) {
    case 'string':
      return { value };
    case 'words':
      return { value: value.split(/\s+/u).join(' ') };
    case 'calendar': {
      const event = readCalendar(value);
      return typeof event === 'string' ? { fault: event } : { value };
    }
    case 'token':
      return /^\S+$/u.test(value) ? { value } : { fault: value === '' ? 'empty' : 'white space in it' };
    case 'boolean':
      return readBoolean(value);
    case 'anyURI':
      return readUri(value, limits);
    case 'dateTime':
      return isDateTime(value) ? { value } : { fault: 'no date and time' };
    case 'utcDateTime':
      // time-type = xsd:dateTime { pattern = ".+T.+Z.*" }
      return isDateTime(value) && value.endsWith('Z') ? { value } : { fault: 'no date and time in UTC' };
    case 'language':
      return readLanguage(value);
    case 'duration':
      return durationMs(value) === undefined ? { fault: 'no duration of ISO 8601' } : { value };
    case 'mediaTypes':
      return readMediaTypes(value);
    case 'int':
    case 'count':
    case 'unsignedInt':
    case 'unsignedLong':
    case 'nonNegativeInteger':
    case 'gain':
      return readInteger(value, INTEGERS[type]);
    default:
      return type satisfies never;
  }
}

function readChoice(
  type: { readonly oneOf: readonly string[] } | { readonly someOf: readonly string[] },
  value: string,
): ReadValue {
  if ('oneOf' in type) return type.oneOf.includes(value) ? { value } : { fault: `none of ${type.oneOf.join(', ')}` };
  const words = value.split(/\s+/u).filter((word) => word !== '');
  const other = words.find((word) => !type.someOf.includes(word));
  return other === undefined ? { value: words.join(' ') } : { fault: `not some of ${type.someOf.join(', ')}` };
}

function readBoolean(value: string): ReadValue {
  switch (value.toLowerCase()) {
    case 'true':
    case '1':
      return { value: 'true' };
    case 'false':
    case '0':
      return { value: 'false' };
    default:
      return { fault: 'neither true nor false' };
  }
}

function readInteger(value: string, [least, most]: readonly [bigint, bigint]): ReadValue {
  if (!/^[+-]?\d{1,20}$/u.test(value)) return { fault: 'no integer' };
  const number = BigInt(value.replace('+', ''));
  return number < least || number > most
    ? { fault: `not between ${String(least)} and ${String(most)}` }
    : { value: String(number) };
}

const URI = /^(?:[^\s%<>"{}|\\^`\p{Cc}[\]]|%[0-9A-Fa-f]{2}|(?<=[/@])\[[0-9A-Fa-f:.]+\])+$/u;

function readUri(value: string, limits: DocumentLimits): ReadValue {
  if (value.length > limits.uriLength)
    return { fault: `more than ${String(limits.uriLength)} characters`, tooLarge: true };
  if (value === '') return { fault: 'empty' };
  if (!URI.test(value)) return { fault: 'a character no URI may have' };
  return { value: /^xcon(?:-userid)?:/iu.test(value) ? value.toLowerCase() : value };
}

/** The schema has exactly one language; of several the first is taken. */
function readLanguage(value: string): ReadValue {
  const [first = '', ...others] = value.split(/\s+/u);
  const language = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/u;
  return [first, ...others].every((one) => language.test(one)) ? { value: first } : { fault: 'no language' };
}

function readMediaTypes(value: string): ReadValue {
  const types = value.split(/\s+/u).filter((one) => one !== '');
  const mediaType = /^(?:\*|[\w!#$&^.+-]+\/(?:\*|[\w!#$&^.+-]+))$/u;
  return types.every((one) => mediaType.test(one)) ? { value: types.join(' ') } : { fault: 'no list of media types' };
}

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-](\d\d):(\d\d))?$/u;

/** True for an xsd:dateTime between the years 1 and 9999. */
function isDateTime(value: string): boolean {
  const parts = DATE_TIME.exec(value)?.slice(1).map(Number);
  if (parts === undefined) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = parts.map(
    (part) => (Number.isNaN(part) ? 0 : part),
  );
  return (
    year >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59 &&
    zoneHour * 60 + zoneMinute <= 14 * 60 &&
    zoneMinute <= 59
  );
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const DURATION = /^P(?!$)(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/u;

/**
 * Milliseconds of an ISO 8601 duration of weeks, days, hours, minutes and whole seconds (`PT5M` is 300000); undefined for other text.
 * Years and months have no fixed length and are none.
 */
export function durationMs(text: string): number | undefined {
  const parts = DURATION.exec(text)?.slice(1);
  if (parts === undefined) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) =>
    part === undefined ? 0 : Number(part),
  );
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
