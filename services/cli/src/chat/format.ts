import type { ReceivedMessage } from '@plenary/client';

/** What kind of line it is; a terminal gives each its colour. */
export type LineKind = 'said' | 'own' | 'private' | 'notice' | 'info' | 'problem';

export interface Line {
  readonly kind: LineKind;
  readonly text: string;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
/** ISO 8601, of the place where this runs. */
const day = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });
const utf8 = new TextDecoder();
// What a peer writes must not steer the terminal; tabs are harmless.
// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text of others, fit for a terminal: no control characters, lines after the first indented. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(steering, '\u{fffd}').trimEnd().replaceAll('\n', '\n          ');
}

/** Time of day; with the date where that is not the day of `nowMs`. */
export function timeOf(atMs: number, nowMs: number = atMs): string {
  const isToday = day.format(atMs) === day.format(nowMs);
  return isToday ? clock.format(atMs) : `${day.format(atMs)} ${clock.format(atMs)}`;
}

/** A message of the room, said at `atMs`. `name` is how its sender is called here. */
export function receivedLine(message: ReceivedMessage, name: string, atMs: number, nowMs: number = atMs): Line {
  const content = contentOf(message);
  const time = timeOf(atMs, nowMs);
  if (message.isNotice) return { kind: 'notice', text: `${time} * ${content}` };
  const who = printable(name) + aliasOf(message.fromName, name);
  return message.isPrivate
    ? { kind: 'private', text: `${time} ${who} → you: ${content}` }
    : { kind: 'said', text: `${time} ${who}: ${content}` };
}

/** What we said and the room has taken. */
export function ownLine(name: string, text: string, atMs: number, toWhom?: string): Line {
  return toWhom === undefined
    ? { kind: 'own', text: `${timeOf(atMs)} ${name}: ${printable(text)}` }
    : { kind: 'private', text: `${timeOf(atMs)} ${name} → ${printable(toWhom)}: ${printable(text)}` };
}

/** Octets as a person counts them. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} octets`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function aliasOf(displayName: string, name: string): string {
  const alias = printable(displayName).replaceAll(/\s+/g, ' ').slice(0, 60);
  return alias === '' || alias === name ? '' : ` (${alias})`;
}

function contentOf(message: ReceivedMessage): string {
  if (message.contentType.startsWith('text/')) return printable(utf8.decode(message.content));
  const name = message.fileName === undefined ? '' : ` ${printable(message.fileName)}`;
  return `[${printable(message.contentType)}${name}, ${sizeText(message.content.byteLength)}]`;
}
