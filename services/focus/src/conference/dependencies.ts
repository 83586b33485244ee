import type { Clock } from '@plenary/service';
import type { SessionTimerPolicy, SipFlow, SipTarget, UserAgent } from '@plenary/sip';
import type { Edges } from '../edges/interface.js';
import type { FocusEvents } from '../events.js';
import type { RoomState } from '../room-state/interface.js';
import type { DialogQueue } from '../signalling/dialog-queue.js';
import type { DialogStore } from '../store/interface.js';

/** What every part of a join, a change or a leave works with. */
export interface ConferenceDependencies {
  readonly userAgent: () => UserAgent;
  readonly roomState: RoomState;
  readonly edges: Edges;
  readonly dialogs: DialogStore;
  readonly queue: DialogQueue;
  readonly clock: Clock;
  readonly events: FocusEvents;
  readonly domain: string;
  /** Hosts, lower case, that mean this installation. */
  readonly hosts: ReadonlySet<string>;
  readonly sipPort: () => number;
  /** Name of this replica, in its dialogs' rows and tags. */
  readonly replica: string;
  readonly timerPolicy: SessionTimerPolicy;
  /** A new id for a request to another service: its repetition has no second effect. */
  readonly newRequestId: () => string;
  /** Digits that name an SDP session of ours. */
  readonly newSdpSessionId: () => string;
  /** Where a request of ours to this peer goes: its flow while that stands, else what its URI resolves to. */
  readonly targetsFor: (flow: SipFlow, nextHop: string) => Promise<readonly SipTarget[]>;
}
