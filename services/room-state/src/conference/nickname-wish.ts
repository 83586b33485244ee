import type { RandomBytes } from '../ids.js';
import type { NicknameWish, TargetUser } from '../room/conference/command.js';
import { prepareNickname, type NicknameProfile } from '../room/nickname.js';

/** Numbers that are tried behind a nickname that is taken, before random ones are. */
const lastNumber = 20;
const randomNumbers = 8;

/**
 * A nickname somebody wishes, or where nothing is wished one made of what is known of the user, with what is given instead when it is
 * taken: the same with a number. Undefined: nothing fit for a nickname is known. Req: NICK-X-002, NICK-X-008, NICK-X-009, NICK-X-014.
 */
export function nicknameWish(
  wish: string | undefined,
  user: TargetUser | undefined,
  { profile, reservedKeys }: { readonly profile: NicknameProfile; readonly reservedKeys: ReadonlySet<string> },
  random: RandomBytes,
): NicknameWish | undefined {
  const prepare = (text: string): ReturnType<typeof prepareNickname> => prepareNickname(text, profile, reservedKeys);
  const asked = wish === undefined || wish === '' ? undefined : prepare(wish);
  if (asked?.kind === 'malformed') return asked;
  const base = asked === undefined ? [user?.displayText ?? '', userPart(user), 'guest'].find(isUsable) : wish;
  if (base === undefined) return undefined;
  const first = prepare(base);
  const variants = [...numbers(random)].flatMap((number) => {
    const variant = prepare(`${base}${number}`);
    return variant.kind === 'claim' ? [{ nickname: variant.nickname, nickKey: variant.nickKey }] : [];
  });
  const [next, ...rest] = variants;
  if (first.kind === 'claim') return { ...first, variants };
  // A reserved word is given to nobody, but with a number it is a nickname like any other.
  return next === undefined ? first : { kind: 'claim', ...next, variants: rest };

  function isUsable(text: string): boolean {
    return text !== '' && prepare(text).kind === 'claim';
  }
}

function userPart(user: TargetUser | undefined): string {
  return /^[a-z]+:([^@;?]+)@/i.exec(user?.uris[0] ?? '')?.[1] ?? '';
}

function* numbers(random: RandomBytes): Generator<string> {
  for (let number = 2; number <= lastNumber; number++) yield String(number);
  for (const octet of random(randomNumbers)) yield String(100 + octet * 37);
}
