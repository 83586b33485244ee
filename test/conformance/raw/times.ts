/** `<conference-time>` of one occurrence between two times (milliseconds since 1970, whole seconds), with further parts of its entry. */
export function conferenceTime(startMs: number, endMs: number, parts = ''): string {
  const event = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Test//EN',
    'BEGIN:VEVENT',
    `DTSTAMP:${utc(startMs)}`,
    'UID:time@localhost',
    `DTSTART:${utc(startMs)}`,
    `DTEND:${utc(endMs)}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `<xcon:conference-time><xcon:entry><xcon:base>${event.join('\n')}</xcon:base>${parts}</xcon:entry></xcon:conference-time>`;
}

/** `<conference-time>` of a conference that has been on for an hour and ends within `withinMs` from `nowMs` on, a moment after which messages stop. */
export function endingSoon(nowMs: number, withinMs = 300): string {
  const endMs = Math.ceil(nowMs / 1000) * 1000;
  const ends = new Date(nowMs + withinMs).toISOString();
  return conferenceTime(
    endMs - 3_600_000,
    endMs,
    `<xcon:mixing-end-offset required-participant="none">${ends}</xcon:mixing-end-offset>`,
  );
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
