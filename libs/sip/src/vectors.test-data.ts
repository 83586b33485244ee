import { readdirSync, readFileSync } from 'node:fs';

/** The published messages of `test/vectors/sip`, for the tests of this package. */
const folder = new URL('../../../test/vectors/sip/', import.meta.url);

/** Octets of one file, by its path below `test/vectors/sip`. */
export function vector(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, folder)));
}

/** Names of the published SIP messages, without the torture messages. */
export function vectorNames(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.sip'));
}

/** A manifest of `test/vectors/sip`. */
export function manifest<Entry>(path: string): Entry[] {
  const value = JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as Entry[] | { messages: Entry[] };
  return Array.isArray(value) ? value : value.messages;
}

const encoder = new TextEncoder();

/** A message from its lines; an empty line and the body come at the end. */
export function octetsOf(lines: readonly string[], body = ''): Uint8Array {
  return encoder.encode(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** The lines of a sound OPTIONS, for tests that change one of them. */
export function optionsLines(...more: string[]): string[] {
  return [
    'OPTIONS sip:lobby@localhost SIP/2.0',
    'Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK1',
    'From: <sip:alice@localhost>;tag=a',
    'To: <sip:lobby@localhost>',
    'Call-ID: c1',
    'CSeq: 1 OPTIONS',
    ...more,
  ];
}
