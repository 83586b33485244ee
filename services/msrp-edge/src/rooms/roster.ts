import type { Direction, EndpointCapabilities, Participant } from '@plenary/proto/chat';
import { identityEquals, identityKey } from '@plenary/wire';

/** Everybody in a room as far as this edge knows: where a private message goes. Whom it misses, room-state knows. */
export class Roster {
  readonly #byPid = new Map<string, Participant>();
  /** Participants by the key equal identities share. */
  readonly #byKey = new Map<string, Set<string>>();
  /** How many participants a user is: one, as a rule. */
  readonly #byUser = new Map<string, number>();

  get size(): number {
    return this.#byPid.size;
  }

  get(pid: string): Participant | undefined {
    return this.#byPid.get(pid);
  }

  [Symbol.iterator](): IterableIterator<Participant> {
    return this.#byPid.values();
  }

  put(participant: Participant): void {
    this.delete(participant.pid);
    this.#byPid.set(participant.pid, participant);
    this.#countUser(participant, 1);
    for (const uri of uris(participant)) {
      const key = identityKey(uri);
      if (key === undefined) continue;
      const pids = this.#byKey.get(key);
      if (pids === undefined) this.#byKey.set(key, new Set([participant.pid]));
      else pids.add(participant.pid);
    }
  }

  delete(pid: string): void {
    const participant = this.#byPid.get(pid);
    if (participant === undefined) return;
    this.#byPid.delete(pid);
    this.#countUser(participant, -1);
    for (const uri of uris(participant)) {
      const key = identityKey(uri);
      const pids = key === undefined ? undefined : this.#byKey.get(key);
      if (pids?.delete(pid) === true && pids.size === 0) this.#byKey.delete(key!);
    }
  }

  replaceAll(participants: readonly Participant[]): void {
    this.#byPid.clear();
    this.#byKey.clear();
    this.#byUser.clear();
    for (const participant of participants) this.put(participant);
  }

  /** The participant reached by this URI (CHAT-005; PRIV-012: a URI, never a nickname). */
  resolve(uri: string): Participant | undefined {
    const key = identityKey(uri);
    for (const pid of (key === undefined ? undefined : this.#byKey.get(key)) ?? []) {
      const participant = this.#byPid.get(pid);
      if (participant !== undefined && uris(participant).some((known) => identityEquals(known, uri)))
        return participant;
    }
    return undefined;
  }

  /** Is this user (XCON-USERID) in the room? Nobody is who has none. */
  hasUser(userId: string): boolean {
    return userId !== '' && this.#byUser.has(userId);
  }

  removeEndpoint(pid: string, chatId: string): void {
    const participant = this.#byPid.get(pid);
    if (participant !== undefined)
      participant.endpoints = participant.endpoints.filter((endpoint) => endpoint.chatId !== chatId);
  }

  setCapabilities(pid: string, chatId: string, capabilities: EndpointCapabilities): void {
    const endpoint = this.#byPid.get(pid)?.endpoints.find((one) => one.chatId === chatId);
    if (endpoint !== undefined) endpoint.capabilities = capabilities;
  }

  setAllowed(pid: string, chatId: string, allowed: Direction): void {
    const endpoint = this.#byPid.get(pid)?.endpoints.find((one) => one.chatId === chatId);
    if (endpoint !== undefined) endpoint.allowed = allowed;
  }

  #countUser({ userId }: Participant, by: 1 | -1): void {
    const count = (this.#byUser.get(userId) ?? 0) + by;
    if (count === 0) this.#byUser.delete(userId);
    else this.#byUser.set(userId, count);
  }

  moveEndpoint(pid: string, chatId: string, edgeId: string): void {
    const endpoint = this.#byPid.get(pid)?.endpoints.find((one) => one.chatId === chatId);
    if (endpoint !== undefined) endpoint.edgeId = edgeId;
  }
}

function uris(participant: Participant): string[] {
  return [participant.entity, ...participant.identities];
}
