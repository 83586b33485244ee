import { nicknameProfile } from '../nickname-profile.js';
import type { ConferenceView } from '@plenary/xcon';

/** A nickname that a persistent list registers for a user. */
export interface RegisteredNickname {
  /** Comparison key; undefined: the profile refuses the nickname. */
  readonly nickKey: string | undefined;
  readonly nickname: string;
  /** XCON-USERID in lower case. */
  readonly userId: string;
}

/** The registered nicknames of a conference, in the order of its list. Spec: RFC 6501 §4.6.3. Req: NICK-X-018. */
export function registeredNicknames({ persistent }: Pick<ConferenceView, 'persistent'>): readonly RegisteredNickname[] {
  return persistent
    .filter(({ nickname }) => nickname.trim() !== '')
    .map(({ nickname, id }) => {
      const key = nicknameProfile.key(nickname);
      return { nickKey: key.ok ? key.value : undefined, nickname, userId: id.toLowerCase() };
    });
}

/** The nickname a conference registers for a user; undefined: none. */
export function registeredFor(view: Pick<ConferenceView, 'persistent'>, userId: string): string | undefined {
  if (userId === '') return undefined;
  return registeredNicknames(view).find((own) => own.userId === userId && own.nickKey !== undefined)?.nickname;
}
