import { normalizeXconUri } from '@plenary/xcon';
import { isHere, type Actor } from '../room/actor.js';
import { isBanned, may } from '../room/rights.js';
import type { RoomState } from '../room/state.js';
import type { RoomStore } from '../store/interface.js';

/** Closed rooms one after the other that are looked at. */
const maxChain = 16;

/**
 * The conference that stands in a closed one's place now, for somebody who was entitled to the closed one: the end of the chain of
 * venues. Undefined: there is none, or nothing this user may know. Req: VENUE-002, VENUE-005, VENUE-006.
 */
export async function findVenue(
  store: Pick<RoomStore, 'findRoom' | 'readRoom'>,
  closed: RoomState,
  actor: Actor,
): Promise<RoomState | undefined> {
  if (closed.successor === '' || !wasEntitled(closed, actor)) return undefined;
  return endOfChain(store, closed.successor);
}

/** Follows venues from an XCON-URI to the conference that is not closed. */
export async function endOfChain(
  store: Pick<RoomStore, 'findRoom' | 'readRoom'>,
  xconUri: string,
): Promise<RoomState | undefined> {
  let next: string = xconUri;
  for (let looked = 0; next !== '' && looked < maxChain; looked++) {
    const id = await store.findRoom(next);
    const state = id === undefined ? undefined : await store.readRoom(id);
    if (state === undefined || !state.closed) return state;
    next = state.successor;
  }
  return undefined;
}

/** Does a chain of venues that begins with `xconUri` lead to no conference, or to `own`? Also over conferences not closed yet. */
export async function isVenueFault(
  store: Pick<RoomStore, 'findRoom' | 'readRoom'>,
  own: string,
  xconUri: string,
): Promise<boolean> {
  let next: string | undefined = xconUri;
  for (let looked = 0; next !== undefined && looked < maxChain; looked++) {
    const uri = normalizeXconUri(next);
    if (!uri.ok || uri.value === own) return true;
    const id = await store.findRoom(uri.value);
    const state = id === undefined ? undefined : await store.readRoom(id);
    if (state === undefined || state.kind !== 'conference') return true;
    if (state.closed && state.successor === '') return true;
    next = state.closed ? state.successor : state.view.venue?.uri;
  }
  return next !== undefined;
}

/** Might the user know of a conference that is closed now? Req: VENUE-005. */
export function wasEntitled(closed: RoomState, actor: Actor): boolean {
  if (isBanned(closed, actor)) return false;
  return isHere(closed, actor.userId) || may(closed, actor, 'discover');
}
