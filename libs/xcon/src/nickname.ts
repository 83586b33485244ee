import { err, ok, type Branded, type Result } from '@plenary/wire';
import { XconError } from './errors.js';
import { freeformFault } from './precis/freeform-class.js';

/** A nickname in the form that is stored and shown; letter case is kept. */
export type Nickname = Branded<'Nickname'>;
/** What decides whether two nicknames conflict. Never shown. */
export type NicknameKey = Branded<'NicknameKey'>;

/** Octets of UTF-8 in a nickname, as asked for and as enforced (RFC 7701 §7.1). */
export const NICKNAME_MAX_BYTES = 1023;

/** Applications of the rules before a string that still changes is refused (RFC 8266 §2.1: "no more than four times in total"). */
const APPLICATIONS = 4;
const UTF_8 = new TextEncoder();
const OTHER_SPACES = /(?! )\p{Zs}/gu;

/**
 * Checks that a string belongs to the FreeformClass and is not too long. Ok with the string itself.
 * Err `nickname-too-long`, `nickname-disallowed`, `nickname-unassigned`, `nickname-context`.
 *
 * Spec: RFC 8266 §2.2.   Req: NICK-003, NICK-005, NICK-X-002.
 */
export function prepareNickname(text: string): Result<string, XconError> {
  if (text.length > NICKNAME_MAX_BYTES || UTF_8.encode(text).length > NICKNAME_MAX_BYTES) {
    return err(new XconError('nickname-too-long'));
  }
  const fault = freeformFault(text);
  return fault === undefined ? ok(text) : err(new XconError(`nickname-${fault.reason}`, fault.codePoint));
}

/**
 * The form in which a nickname is stored, shown and sent: spaces mapped, trimmed and collapsed, then NFKC, until nothing changes.
 * Err as `prepareNickname`, or `nickname-empty`, `nickname-unstable`. The empty string, which asks for removal (RFC 7701 §7.3), is
 * an error here: whoever takes requests looks for it first.
 *
 * Spec: RFC 8266 §2.3.   Req: NICK-003, NICK-005, NICK-007, NICK-X-002, NICK-X-004.
 */
export function enforceNickname(text: string): Result<Nickname, XconError> {
  return stable(text, false) as Result<Nickname, XconError>;
}

/**
 * The comparison key: as enforcement, but in lower case by Unicode's default mapping (not case folding, not a locale's). What must be
 * unique is the key of the enforced form: see `claimNickname`. Err as `enforceNickname`.
 *
 * Spec: RFC 8266 §2.4.   Req: NICK-007, NICK-X-002, D-16.
 */
export function nicknameKey(text: string): Result<NicknameKey, XconError> {
  return stable(text, true) as Result<NicknameKey, XconError>;
}

/** A nickname somebody asked for: what to show and what must be unique. */
export interface NicknameClaim {
  readonly nickname: Nickname;
  /** Key of the enforced form. */
  readonly key: NicknameKey;
}

/**
 * Enforces a nickname and gives the key of the enforced form, so that two users are never shown alike: the key of the text as asked
 * for can differ from it where a final sigma appears or goes by normalization (U+03F9 is shown as U+03A3, but has the key of U+03C2).
 * Err as `enforceNickname`.   Req: NICK-005, NICK-X-001, NICK-X-002.
 */
export function claimNickname(text: string): Result<NicknameClaim, XconError> {
  const nickname = enforceNickname(text);
  if (!nickname.ok) return nickname;
  const key = nicknameKey(nickname.value);
  return key.ok ? ok({ nickname: nickname.value, key: key.value }) : key;
}

/** True when both are nicknames and their keys are equal. What is refused equals nothing. */
export function sameNickname(one: string, other: string): boolean {
  const key = nicknameKey(one);
  const otherKey = nicknameKey(other);
  return key.ok && otherKey.ok && key.value === otherKey.value;
}

function stable(text: string, lower: boolean): Result<string, XconError> {
  const asked = prepareNickname(text);
  if (!asked.ok) return asked;
  let current = applyRules(text, lower);
  for (let times = 1; times < APPLICATIONS; times += 1) {
    const next = applyRules(current, lower);
    if (next === current) break;
    current = next;
  }
  // RFC 8266 §2.1: "If the output string does not stabilize after reapplying the rules three (3) additional times … reject"
  if (applyRules(current, lower) !== current) return err(new XconError('nickname-unstable'));
  if (current === '') return err(new XconError('nickname-empty'));
  // Some characters pass before the mapping and not after it (U+3131 becomes U+1100): what could not be asked for again is refused.
  return prepareNickname(current);
}

/** The rules once, in the order of RFC 8266 §2.1: additional mapping, case mapping, normalization. */
function applyRules(text: string, lower: boolean): string {
  const mapped = text
    .replace(OTHER_SPACES, ' ')
    .split(' ')
    .filter((word) => word !== '')
    .join(' ');
  return (lower ? mapped.toLowerCase() : mapped).normalize('NFKC');
}
