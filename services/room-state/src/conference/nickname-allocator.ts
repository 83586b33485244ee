import type { RandomBytes } from '../ids.js';
import type { NicknameWish, TargetUser } from '../room/conference/command.js';
import { prepareNickname, type NicknameProfile, type PreparedNickname } from '../room/nickname.js';
import { nicknameWish } from './nickname-wish.js';

/** What proposes nicknames; the rules of the room and its table decide who has them. A registry elsewhere can stand behind it. Req: NICK-X-018. */
export interface NicknameAllocator {
  /** What somebody asks for by a name of its own choice. */
  prepare(asked: string): PreparedNickname;
  /** What who enters is given: the wish, or one that fits the user, with what is given in its place. */
  wish(wish: string | undefined, user: TargetUser | undefined): NicknameWish | undefined;
}

/** The allocator that knows no more than the string rules and the reserved words. Req: NICK-X-002, NICK-X-009, NICK-X-014. */
export function localNicknames({
  profile,
  reservedKeys,
  random,
}: {
  readonly profile: NicknameProfile;
  readonly reservedKeys: ReadonlySet<string>;
  readonly random: RandomBytes;
}): NicknameAllocator {
  return {
    prepare: (asked) => prepareNickname(asked, profile, reservedKeys),
    wish: (wish, user) => nicknameWish(wish, user, { profile, reservedKeys }, random),
  };
}
