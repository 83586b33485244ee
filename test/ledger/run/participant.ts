import { createHash } from 'node:crypto';
import { Account, type ReceivedMessage, type Room, type SaidMessage, type SipEndpoint } from '@plenary/client';
import type { Ledger, Outcome } from '../record.js';

/** A real client whose every word and receipt stands in the ledger. */
export class Participant {
  readonly received = new Set<string>();
  #room: Room | undefined;
  /** Nothing is recorded any more: it is owed nothing, and answers to nobody. */
  #isWitness = true;
  #counter = 0;

  constructor(
    readonly name: string,
    readonly roomUri: string,
    readonly ledger: Ledger,
    readonly changed: () => void,
  ) {}

  get isWitness(): boolean {
    return this.#isWitness;
  }

  /** Port of the edge that serves it. */
  get edgePort(): number {
    return this.#stay.edge?.port ?? 0;
  }

  get #stay(): Room {
    if (!this.#room) throw new Error(`${this.name} has not joined`);
    return this.#room;
  }

  /**
   * Joins, and says a first word: once that is accepted the join stands in the room's log before it, and everything said from then on is
   * owed to this participant.
   */
  async join(endpoint: SipEndpoint): Promise<void> {
    const account = new Account(endpoint, {
      uri: `sip:${this.name}@localhost`,
      username: this.name,
      password: this.name,
    });
    this.#room = await account.join(this.roomUri, {
      onMessage: (message) => {
        this.#receive(message);
      },
    });
    const outcome = await this.say(undefined);
    if (outcome.kind !== 'accepted') throw new Error(`${this.name} could not say the first word: ${outcome.kind}`);
    this.ledger.joined(this.#key);
  }

  /** One message, to everybody or to one; resolves when it is accepted, refused, or will not be answered. */
  async say(audience: string | undefined): Promise<Outcome> {
    this.#counter++;
    const text = `${this.name} ${this.#counter}`;
    // Written and recorded in one turn: nothing of it can come back before it is recorded.
    const said = this.#compose(text, audience);
    const outcome = await said.outcome;
    const told: Outcome =
      outcome.kind === 'accepted'
        ? { kind: 'accepted' }
        : typeof outcome.failure === 'number'
          ? { kind: 'refused', status: outcome.failure }
          : { kind: 'unanswered' };
    this.ledger.answered(digestOf(said.octets), told);
    this.changed();
    return told;
  }

  #compose(text: string, audience: string | undefined): SaidMessage {
    const to = audience === undefined ? undefined : `sip:${audience}@localhost`;
    const said = this.#stay.send({ contentType: 'text/plain;charset=utf-8', content: text, to });
    this.ledger.sent({ ...this.#key, digest: digestOf(said.octets), bytes: said.octets.byteLength, audience });
    return said;
  }

  /** Its edge is about to be killed, or it is about to leave: from now on nothing is owed to it, and nothing it sees counts. */
  standAside(): void {
    if (!this.#isWitness) return;
    this.ledger.leaving(this.#key);
    this.#isWitness = false;
    this.changed();
  }

  async leave(): Promise<void> {
    await this.#room?.leave();
  }

  get #key(): { participant: string; endpoint: string; room: string } {
    return { participant: this.name, endpoint: `${this.name}-1`, room: this.roomUri };
  }

  #receive(message: ReceivedMessage): void {
    // What the room says itself (that it is recorded) is nobody's message.
    if (message.isNotice || !this.#isWitness) return;
    const digest = digestOf(message.octets);
    this.received.add(digest);
    this.ledger.received({ ...this.#key, digest, bytes: message.octets.byteLength, messageId: message.messageId });
    this.changed();
  }
}

export function digestOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('base64url');
}
