import { inBase36, type RandomBytes } from '../ids.js';
import { isHere } from '../room/actor.js';
import type { DialOut } from '../room/conference/command.js';
import type { RoomState } from '../room/state.js';
import type { ConferenceView } from '@plenary/xcon';
import type { KnownUser, Users } from './users.js';

/** Dial-out targets of one conference that are called. */
const maxTargets = 200;

const callable = /^(?:sips?|xmpp|im|tel):[^\s<>"*]+$/i;

/** Finds out who the dial-out targets of a conference are, and where they are called. Req: CONF-019, CCMP-077. */
export class DialOuts {
  constructor(
    private readonly users: Users,
    private readonly random: RandomBytes,
  ) {}

  /** Those of the targets of `view` who are not in the conference; targets that name nobody in particular are left out. */
  async of(state: RoomState, view: Pick<ConferenceView, 'allowed'>): Promise<readonly DialOut[]> {
    const targets = view.allowed.filter(({ method }) => method === 'dial-out').slice(0, maxTargets);
    const found = await Promise.all(targets.map(({ uri }) => this.#find(uri)));
    return found.flatMap((target) => (target === undefined || isHere(state, target.userId) ? [] : [target]));
  }

  async #find(target: string): Promise<DialOut | undefined> {
    const isId = /^xcon-userid:/i.test(target);
    if (!isId && !callable.test(target)) return undefined;
    const user: KnownUser | undefined = isId
      ? await this.users.find(target)
      : await this.users.register({ uris: [target], displayText: '', email: '' });
    const uri = isId ? user?.uris.find((own) => callable.test(own)) : target;
    if (user === undefined || uri === undefined) return undefined;
    return { target, uri, callId: inBase36(20, this.random), userId: user.userId, displayName: user.displayText };
  }
}
