import type { ReadResponse } from '@plenary/proto/history';

/** What the edge asks of history. Each call has its deadline inside; a rejected promise means "no answer". */
export interface History {
  /**
   * The last `count` kept messages of a room, oldest first, with the place of the log up to which it has been recorded; `cursor`
   * of an earlier answer: the `count` before those.
   */
  read(room: string, count: number, cursor: string): Promise<ReadResponse>;
}
