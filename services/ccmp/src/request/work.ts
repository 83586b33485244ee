import type { Requestor } from '@plenary/proto/roomstate';
import type { CcmpRequest } from '@plenary/xcon';
import type { Answer } from '../answer.js';
import type { Deadline } from '../deadline.js';
import type { Events } from '../events.js';
import type { History } from '../history/interface.js';
import type { Offers } from '../offers.js';
import type { RoomState } from '../room-state/interface.js';

/** One request that was read, is offered, and whose sender is known. */
export interface Work {
  readonly request: CcmpRequest;
  readonly requestor: Requestor;
  /** Where it came from, for limits on guessing. */
  readonly source: string;
  readonly deadline: Deadline;
  /** Makes repeating the question to room-state harmless. */
  readonly requestId: string;
}

/** Whom request handlers ask. */
export interface Services {
  readonly roomState: RoomState;
  readonly history: History;
  readonly offers: Offers;
  readonly events: Events;
  /** Entries of one list at most. */
  readonly listMax: number;
}

/** Serves one kind of request. Rejects when there is no answer. */
export type RequestHandler = (work: Work, services: Services) => Promise<Answer>;
