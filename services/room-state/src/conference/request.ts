import type { Requestor } from '@plenary/proto/roomstate';

/** What is addressed, by the message. */
export type MessageKind = 'blueprint' | 'conf' | 'users' | 'user' | 'sidebar-by-val' | 'sidebar-by-ref' | 'history';
export type OperationKind = 'retrieve' | 'create' | 'update' | 'delete';

/** One operation of one CCMP message, its frame already checked. */
export interface PerformRequestOf {
  readonly requestId: string;
  readonly requestor: Requestor | undefined;
  readonly message: MessageKind;
  readonly operation: OperationKind;
  /** confObjID as given; empty: none. */
  readonly object: string;
  /** Undefined: none came. */
  readonly password: string | undefined;
  /** XML of the info element; empty: none. */
  readonly document: string;
  /** Of history: whose messages. */
  readonly targetUserId: string;
  readonly source: string;
  /** Nothing is done any more after this time (milliseconds since 1970): who asked has given up. Undefined: no such time. */
  readonly untilMs?: number | undefined;
}
