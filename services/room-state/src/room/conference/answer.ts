import type { RoomId } from '@plenary/wire';

/** What an operation came to beside the room as it is after it. Kept with the request, so that its repeat gets the same. */
export interface PerformAnswer {
  /** XCON-USERID of the user the operation was about; empty: none. */
  readonly userId: string;
  /** The sidebar it made; empty or missing: none. */
  readonly sidebar?: RoomId | '';
}

export const noAnswer: PerformAnswer = { userId: '' };
