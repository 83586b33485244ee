/** A date and time of day without a zone, as milliseconds since 1970 counted as if it were UTC. */
export type WallMs = number;

const STAMP = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)(Z?))?$/u;

/** A DATE or DATE-TIME value of iCalendar, with or without the separators of jCal; undefined for other text. */
export function readStamp(
  text: string,
): { readonly wall: WallMs; readonly utc: boolean; readonly date: boolean } | undefined {
  const parts = STAMP.exec(text.trim());
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return undefined;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  if (year < 1000 || new Date(wall - (second === 60 ? 1000 : 0)).getUTCDate() !== day) return undefined;
  return { wall, utc: parts[7] === 'Z', date: parts[4] === undefined };
}

const DURATION = /^([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/u;

/** Milliseconds of a DURATION value of iCalendar; undefined for other text and for negative ones. */
export function readDuration(text: string): number | undefined {
  const parts = DURATION.exec(text.trim());
  if (parts === null || parts[1] === '-' || !/\d/u.test(text)) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(2).map((part) => Number(part ?? 0));
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** Milliseconds of a UTC offset, `+0100` or `-05:00`; undefined for other text. */
export function readUtcOffset(text: string): number | undefined {
  const parts = /^([+-])(\d\d):?(\d\d)(?::?(\d\d))?$/u.exec(text.trim());
  if (parts === null) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(2).map((part) => Number(part ?? 0));
  const size = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return parts[1] === '-' ? -size : size;
}
