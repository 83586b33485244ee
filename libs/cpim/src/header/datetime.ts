// RFC 3862 §4.4, RFC 3339 §5.6:
//   DateTime-header = "DateTime" ": " date-time
//   date-time       = full-date "T" full-time
//   full-time       = 2DIGIT ":" 2DIGIT ":" 2DIGIT [ "." 1*DIGIT ] ( "Z" / ( "+" / "-" ) 2DIGIT ":" 2DIGIT )

const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/u;

/** Milliseconds since 1970 UTC, or undefined when the text is no RFC 3339 date-time. A leap second reads as the next second. */
export function parseDateTime(text: string): number | undefined {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const fractionMs = Math.trunc(Number(`0.${parts[7] ?? '0'}`) * 1000);
  const offsetHour = Number(parts[9] ?? 0);
  const offsetMinute = Number(parts[10] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const instant = new Date(0);
  instant.setUTCFullYear(year, month - 1, day);
  instant.setUTCHours(hour, minute, second, fractionMs);
  const offsetMs = (offsetHour * 60 + offsetMinute) * 60_000;
  return instant.getTime() - (parts[8] === '-' ? -offsetMs : offsetMs);
}

/** Writes an instant in UTC with milliseconds. Throws `RangeError` outside the years 0000 to 9999. */
export function formatDateTime(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  if (text.length !== 24) throw new RangeError('a DateTime needs a year of four digits');
  return text;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
