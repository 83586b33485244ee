// RFC 3862 §3.6:
//   Header-name = [ Name-prefix "." ] Name       Name = 1*NAMECHAR
//   NAMECHAR    = %x21 / %x23-27 / %x2a-2b / %x2d / %x5e-60 / %x7c / %x7e / ALPHA / DIGIT

const NAME = /^[!#-'*+\-^-`|~A-Za-z0-9]+$/u;
/** TOKENCHAR adds `.` and everything above ASCII. */
const TOKEN = /^[!#-'*+\-.^-`|~A-Za-z0-9\u{80}-\u{10ffff}]+$/u;

/** A header name in its two parts; `prefix` is empty when none is written. */
export interface HeaderName {
  readonly prefix: string;
  readonly name: string;
}

/** True for `Name`: no dot, no separator. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** True for `Token`. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Splits a header name at its dot; undefined when it does not match the grammar. */
export function parseHeaderName(text: string): HeaderName | undefined {
  const dot = text.indexOf('.');
  const prefix = dot === -1 ? '' : text.slice(0, dot);
  const name = text.slice(dot + 1);
  if (!NAME.test(name) || (dot !== -1 && !NAME.test(prefix))) return undefined;
  return { prefix, name };
}

/** Writes `prefix.name`, or `name` alone. */
export function formatHeaderName(name: HeaderName): string {
  return name.prefix === '' ? name.name : `${name.prefix}.${name.name}`;
}
