import { isToken, quote, type Scanner } from './scan.js';

/**
 * One `;name=value` of a header field. `value` is without quotes and escapes; `quoted` keeps that there were quotes,
 * so that a feature tag list stays one when it is written again.
 */
export interface HeaderParam {
  readonly name: string;
  readonly value?: string | undefined;
  readonly quoted?: true | undefined;
}

/** Parameters in the order they stood. Names compare without case. */
export type HeaderParams = readonly HeaderParam[];

/**
 * Reads `*( SEMI generic-param )` from where the scanner stands to the end of the value.
 *
 * generic-param = token [ EQUAL gen-value ]; gen-value = token / host / quoted-string (RFC 3261 section 25.1).
 * `undefined` when the grammar is broken or a parameter stands twice.
 */
export function scanParams(scanner: Scanner): HeaderParam[] | undefined {
  const params: HeaderParam[] = [];
  const seen = new Set<string>();
  while (!scanner.lws().done) {
    if (!scanner.eat(';')) return undefined;
    const name = scanner.token();
    if (name === undefined) return undefined;
    // "any given parameter-name MUST NOT appear more than once" (section 7.3.1)
    const key = name.toLowerCase();
    if (seen.has(key)) return undefined;
    seen.add(key);
    if (!scanner.eat('=')) {
      params.push({ name });
      continue;
    }
    const text = scanner.quotedString();
    if (text !== undefined) {
      params.push({ name, value: text, quoted: true });
      continue;
    }
    const value = scanner.bareValue();
    if (value === undefined) return undefined;
    params.push({ name, value });
  }
  return params;
}

/** `;name=value` of every parameter. Throws when a name is no token or a value can be written in no way. */
export function formatParams(params: HeaderParams): string {
  return params.map(formatParam).join('');
}

function formatParam({ name, value, quoted }: HeaderParam): string {
  if (!isToken(name)) throw new TypeError('a parameter name is not a token');
  if (value === undefined) return `;${name}`;
  return `;${name}=${quoted === true || !isBareValue(value) ? quote(value) : value}`;
}

/** Whether a value can be written without quotes: token, host name, IPv4 or IPv6 address. */
function isBareValue(value: string): boolean {
  return isToken(value) || /^\[?[0-9A-Fa-f:.]+\]?$/.test(value);
}

/** The parameter of that name. */
export function findParam(params: HeaderParams, name: string): HeaderParam | undefined {
  const key = name.toLowerCase();
  return params.find((param) => param.name.toLowerCase() === key);
}

/** Its value; `undefined` when it is absent or has none. */
export function paramValue(params: HeaderParams, name: string): string | undefined {
  return findParam(params, name)?.value;
}

/** The parameters without those named. */
export function withoutParams(params: HeaderParams, ...names: string[]): HeaderParam[] {
  const keys = new Set(names.map((name) => name.toLowerCase()));
  return params.filter((param) => !keys.has(param.name.toLowerCase()));
}
