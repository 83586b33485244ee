import { NicknameResult } from '@plenary/proto/roomstate';
import type { MsrpRequestHead } from '@plenary/msrp';
import type { Clock } from '@plenary/service';
import type { RoomState } from '../room-state.interface.js';
import type { EdgeSession } from '../sessions/session.js';

/** Times a claim is made before the request is left unanswered. */
const ATTEMPTS = 3;
const RETRY_MS = 1_000;

const STATUS: Readonly<Record<number, number>> = {
  [NicknameResult.OK]: 200,
  [NicknameResult.MALFORMED]: 424,
  [NicknameResult.IN_USE]: 425,
  [NicknameResult.RESERVED]: 425,
  [NicknameResult.OFF]: 403,
  [NicknameResult.NO_SUCH_ENDPOINT]: 481,
};

/**
 * NICKNAME: what the edge can see by itself is answered at once, the rest is room-state's to decide. Nothing waits for it but the
 * request itself.
 *
 * Spec: RFC 7701 section 7.1 to 7.3.   Req: NICK-001 to NICK-004, NICK-008, NICK-014.
 */
export class Nicknames {
  constructor(
    private readonly roomState: RoomState,
    private readonly clock: Clock,
    private readonly limits: { readonly nicknamesWaiting: number },
    private readonly nextRequestId: () => string,
    private readonly answer: (session: EdgeSession, head: MsrpRequestHead, status: number) => void,
  ) {}

  request(session: EdgeSession, head: MsrpRequestHead): void {
    const { room, inbound } = session;
    // Section 7.1: "SHOULD first verify whether the policy of the chat room allows the nickname functionality".
    if (!room.policy.nicknames) this.answer(session, head, 403);
    else if (head.useNickname === undefined || head.malformed.includes('Use-Nickname')) this.answer(session, head, 424);
    else if (inbound === undefined || inbound.nicknamesWaiting >= this.limits.nicknamesWaiting)
      this.answer(session, head, 403);
    else {
      inbound.nicknamesWaiting++;
      void this.#claim(session, head, head.useNickname).finally(() => inbound.nicknamesWaiting--);
    }
  }

  async #claim(session: EdgeSession, head: MsrpRequestHead, nickname: string): Promise<void> {
    const requestId = this.nextRequestId();
    for (let attempt = 1; attempt <= ATTEMPTS && session.life === 'bound'; attempt++) {
      try {
        const result = await this.roomState.claimNickname(requestId, session.room.id, session.chatId, nickname);
        const status = STATUS[result];
        if (status !== undefined) this.answer(session, head, status);
        return;
      } catch {
        // Unanswered is all a failure of ours may look like (ERR-006): the claim is repeated, it is idempotent.
        if (attempt < ATTEMPTS) await new Promise<void>((resolve) => this.clock.setTimer(RETRY_MS, resolve));
      }
    }
  }
}
