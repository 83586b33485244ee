/**
 * Use-Nickname (RFC 7701 section 7.1): `"Use-Nickname:" SP quoted-string`, 1 to 1023 octets unescaped. `""` removes the
 * nickname (section 7.3). What makes a good nickname beyond the syntax (RFC 8266) is for those who keep nicknames.
 */
import { err, ok, type Result } from '@plenary/wire';
import { utf8Length } from '../bytes.js';
import { MsrpError } from '../errors.js';
import { quote, unquote } from '../quoted-string.js';

/** Octets in UTF-8 of the longest nickname, after unescaping. */
export const MAX_NICKNAME_BYTES = 1023;

/** The unquoted nickname, empty for a removal. Err `bad-nickname` (424). */
export function parseUseNickname(value: string): Result<string, MsrpError> {
  const nickname = unquote(value);
  if (nickname === undefined) return err(new MsrpError('bad-nickname'));
  if (nickname.length > MAX_NICKNAME_BYTES || utf8Length(nickname) > MAX_NICKNAME_BYTES)
    return err(new MsrpError('bad-nickname', 'length'));
  return ok(nickname);
}

/** Throws a RangeError on a nickname no header can carry: too long, or with control characters. */
export function formatUseNickname(nickname: string): string {
  if (utf8Length(nickname) > MAX_NICKNAME_BYTES) throw new RangeError('nickname longer than 1023 octets');
  return quote(nickname);
}
