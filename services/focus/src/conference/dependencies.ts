import type { Clock } from '@plenary/service';
import type { Tracer } from '@plenary/telemetry';
import type { SessionTimerPolicy, SipTarget, UserAgent } from '@plenary/sip';
import type { Edges } from '../edges/interface.js';
import type { FocusEvents } from '../events.js';
import type { OpenWork } from '../open-work.js';
import type { RoomState } from '../room-state/interface.js';
import type { DialogQueue } from '../signalling/dialog-queue.js';
import type { OpenRequests } from '../signalling/open-requests.js';
import type { DialogRecord, DialogStore } from '../store/interface.js';
import type { Retries } from './retries.js';
import type { WaitingRoom } from './waiting-room.js';

/** What every part of a join, a change or a leave works with. */
export interface ConferenceDependencies {
  readonly userAgent: () => UserAgent;
  readonly roomState: RoomState;
  readonly edges: Edges;
  readonly dialogs: DialogStore;
  readonly queue: DialogQueue;
  readonly requests: OpenRequests;
  /** What a drain waits for. */
  readonly work: OpenWork;
  readonly retries: Retries;
  readonly waitingRoom: WaitingRoom;
  /** How long somebody may wait for a moderator. */
  readonly waitingMs: number;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly events: FocusEvents;
  readonly tracer: Tracer;
  readonly domain: string;
  /** Hosts, lower case, that mean this installation. */
  readonly hosts: ReadonlySet<string>;
  /** Port of SIP over that transport. */
  readonly sipPort: (transport: string) => number;
  /** Name of this replica, in its dialogs' rows and tags. */
  readonly replica: string;
  readonly timerPolicy: SessionTimerPolicy;
  /** How long an ACK may take to come before any replica gives the dialog up. */
  readonly ackDueMs: number;
  /** A new id for a request to another service: its repetition has no second effect. */
  readonly newRequestId: () => string;
  /** Digits that name an SDP session of ours. */
  readonly newSdpSessionId: () => string;
  /** Where a request of ours in this dialog goes: its flow while that stands here, else what its next hop resolves to. */
  readonly targetsFor: (
    peer: Pick<DialogRecord, 'dialog' | 'flow' | 'replica'>,
    nextHop: string,
  ) => Promise<readonly SipTarget[]>;
}
