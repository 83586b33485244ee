import type { ParentFacts } from '../room/conference/command.js';
import type { PasswordProof } from '../room/password-proof.js';
import type { RoomState } from '../room/state.js';

/** An object as one requestor has it before it. */
export interface Target {
  readonly state: RoomState;
  readonly parent: RoomState | undefined;
  readonly facts: ParentFacts | undefined;
  readonly proof: PasswordProof;
}
