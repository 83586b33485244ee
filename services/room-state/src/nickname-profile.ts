import { enforceNickname, nicknameKey } from '@plenary/xcon';
import type { NicknameProfile } from './room/nickname.js';

/** The Nickname profile of RFC 8266, as the shared library computes it: one key for one string everywhere. Req: NICK-007. */
export const nicknameProfile: NicknameProfile = { enforce: enforceNickname, key: nicknameKey };
