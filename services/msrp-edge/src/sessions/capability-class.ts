import { Direction, type EndpointCapabilities } from '@plenary/proto/chat';
import { narrowest, receivesIn, sendsIn } from './direction.js';

/**
 * What an endpoint takes. Sessions with the same capabilities share one object, so that a message is judged once per
 * class of sessions and not once per recipient; `admitted` is the verdict on the message now being copied.
 *
 * Spec: RFC 7701 section 6.1, RFC 4975 section 8.6, 8.9.   Req: CHAT-012, CHAT-033, SDP-009, PRIV-004, POL-018, FLOOR-004.
 */
export class CapabilityClass {
  /** Verdict on the message now being fanned out; set by `judge`, read by the loop over recipients. */
  admitted = true;
  readonly privateMessages: boolean;
  /** May it be sent messages, may it send: what its session description and conference control both let it do. */
  readonly receives: boolean;
  readonly sends: boolean;
  /** May it be sent what the room itself says? Conference control governs the participants' messages only. */
  readonly takesNotices: boolean;
  /** Octets; 0: no limit. */
  readonly maxSizeBytes: number;
  readonly chatroom: boolean;
  readonly #any: boolean;
  readonly #patterns: ReadonlySet<string>;
  readonly #refused: ReadonlySet<string>;
  readonly #verdicts = new Map<string, boolean>();

  constructor(
    readonly key: string,
    readonly capabilities: EndpointCapabilities,
    refusedTypes: readonly string[],
    allowed: Direction,
    /** Of the media entry these sessions carry. */
    readonly label: string,
  ) {
    const direction = narrowest(capabilities.direction, allowed);
    this.receives = receivesIn(direction);
    this.sends = sendsIn(direction);
    this.takesNotices = receivesIn(capabilities.direction);
    this.privateMessages = capabilities.privateMessages;
    this.chatroom = capabilities.chatroom;
    this.maxSizeBytes = Number(capabilities.maxSizeBytes);
    const wrapped = capabilities.acceptWrappedTypes.map(mediaType);
    const accepted = capabilities.acceptTypes.map(mediaType).filter((type) => type !== 'message/cpim');
    const listed = new Set([...wrapped, ...accepted]);
    // D-33: accept-types of only message/cpim without accept-wrapped-types takes any type; the focus says `*` for it.
    this.#any = listed.has('*') || (wrapped.length === 0 && accepted.length === 0);
    this.#patterns = listed;
    this.#refused = new Set(refusedTypes);
  }

  /** Does it take this wrapped type (lower case, no parameters)? */
  acceptsType(type: string): boolean {
    if (this.#any && this.#refused.size === 0) return true;
    const known = this.#verdicts.get(type);
    if (known !== undefined) return known;
    const verdict = !this.#refused.has(type) && (this.#any || matchesType(this.#patterns, type));
    if (this.#verdicts.size < 64) this.#verdicts.set(type, verdict);
    return verdict;
  }

  /** May a message of this wrapped type and size (0: not known) be copied to it? */
  admits(type: string, totalBytes: number, isPrivate: boolean): boolean {
    return (
      this.receives &&
      (!isPrivate || this.privateMessages) &&
      (this.maxSizeBytes === 0 || totalBytes <= this.maxSizeBytes) &&
      this.acceptsType(type)
    );
  }

  /** May a message of the room itself be copied to it? */
  admitsNotice(totalBytes: number): boolean {
    return this.takesNotices && (this.maxSizeBytes === 0 || totalBytes <= this.maxSizeBytes);
  }
}

/** Does a list of `type/subtype`, `type/*` and `*` (lower case, without parameters) admit this type? */
export function matchesType(patterns: ReadonlySet<string>, type: string): boolean {
  return patterns.has('*') || patterns.has(type) || patterns.has(`${type.slice(0, type.indexOf('/'))}/*`);
}

/** Media type without parameters, lower case (SDP-008, CPIM-001). */
export function mediaType(value: string): string {
  const semicolon = value.indexOf(';');
  return (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase();
}

/** Hands out the classes; bounded by the sessions that use them: one no session uses any more is forgotten. */
export class CapabilityClasses {
  readonly #classes = new Map<string, { cls: CapabilityClass; users: number }>();

  /**
   * The class for these capabilities, less the types this endpoint has refused with 415, as far as conference control allows, on the
   * medium of that label. Give it back by `release`.
   */
  acquire(
    capabilities: EndpointCapabilities,
    refusedTypes: readonly string[] = [],
    allowed: Direction = Direction.UNSPECIFIED,
    label = '',
  ): CapabilityClass {
    const { acceptTypes, acceptWrappedTypes, maxSizeBytes, chatroom, privateMessages, direction } = capabilities;
    const key = JSON.stringify([
      acceptTypes,
      acceptWrappedTypes,
      maxSizeBytes.toString(),
      chatroom,
      privateMessages,
      direction,
      allowed,
      refusedTypes,
      label,
    ]);
    let entry = this.#classes.get(key);
    if (entry === undefined) {
      entry = { cls: new CapabilityClass(key, capabilities, refusedTypes, allowed, label), users: 0 };
      this.#classes.set(key, entry);
    }
    entry.users++;
    return entry.cls;
  }

  release(cls: CapabilityClass): void {
    const entry = this.#classes.get(cls.key);
    if (entry !== undefined && --entry.users === 0) this.#classes.delete(cls.key);
  }

  get size(): number {
    return this.#classes.size;
  }
}
