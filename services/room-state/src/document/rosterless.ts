import { emptyDesk, type ConferenceHead, type RoomState } from '../room/state.js';

/** A conference object as if nobody were in it: what lists and rules that ask for nobody in particular look at. */
export function rosterless(head: ConferenceHead): RoomState {
  const none = {
    participants: new Map(),
    owners: new Map(),
    pending: new Map(),
    calls: new Map(),
    sidebars: new Map(),
  };
  return { ...head, ...none, desk: emptyDesk };
}
