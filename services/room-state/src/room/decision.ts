import type { RoomId } from '@plenary/wire';
import type { NewRoom } from './new-room.js';
import type { RefusalCode, RoomCommand } from './command.js';
import type { PerformAnswer } from './conference/answer.js';
import type { ParentFacts } from './conference/command.js';
import type { RoomEvent } from './event.js';

/** What a command comes to: events (none: it holds already), or a refusal that changes nothing. */
export type Decision =
  | {
      readonly kind: 'events';
      readonly events: readonly RoomEvent[];
      /** What is to be done to sidebars in the same transaction; a refusal there refuses the command. */
      readonly consequences: readonly Consequence[];
      readonly answer: PerformAnswer | undefined;
    }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly detail: string };

export type Consequence =
  | { readonly kind: 'create'; readonly room: NewRoom }
  | { readonly kind: 'command'; readonly room: RoomId; readonly command: RoomCommand }
  /** The main conference takes the sidebar as it is now. */
  | { readonly kind: 'look'; readonly room: RoomId };

/** What the rules need from outside. */
export interface DecideContext {
  readonly nowMs: number;
}

/** The same for an operation of conference control on one object. */
export interface PerformContext extends DecideContext {
  readonly parent: ParentFacts | undefined;
}

export function events(...happened: readonly RoomEvent[]): Decision {
  return { kind: 'events', events: happened, consequences: [], answer: undefined };
}

export type Refused = Extract<Decision, { readonly kind: 'refused' }>;

export function refused(code: RefusalCode, detail = ''): Refused {
  return { kind: 'refused', code, detail };
}
