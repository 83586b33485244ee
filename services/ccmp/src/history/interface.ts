import type { EraseRequest, EraseResponse, ReadRequest, ReadResponse } from '@plenary/proto/history';
import type { Deadline } from '../deadline.js';

/** The kept log. Whoever calls has asked room-state for the right to. */
export interface History {
  read(request: ReadRequest, deadline: Deadline): Promise<ReadResponse>;
  erase(request: EraseRequest, deadline: Deadline): Promise<EraseResponse>;
}
