import { claimNickname, nicknameKey } from '@plenary/xcon';
import { mapResult } from '@plenary/wire';
import type { NicknameProfile } from './room/nickname.js';

/**
 * The Nickname profile of RFC 8266, as the shared library computes it: one key for one string everywhere. The key is that of the enforced
 * form, so that no two users are shown alike. Req: NICK-007.
 */
export const nicknameProfile: NicknameProfile = {
  enforce: (text) => mapResult(claimNickname(text), ({ nickname }) => nickname),
  key: (text) => {
    const claim = claimNickname(text);
    return claim.ok ? nicknameKey(claim.value.nickname) : claim;
  },
};
