import { formatUri, msrpUri, parseUri, randomIdent, type MsrpUri } from '@plenary/msrp';
import {
  answerOffer,
  attributeOf,
  isUnchanged,
  makeOffer,
  parseSdp,
  parseSetup,
  readAnswer,
  serializeSdp,
  type ChatroomTokens,
  type Fingerprint,
  type OurSide,
  type PeerCapabilities,
  type SessionDescription,
} from '@plenary/sdp';
import type { RandomBytes } from '@plenary/sip';

export interface OwnDescriptionOptions {
  readonly host: string;
  readonly random: RandomBytes;
  readonly wrappedTypes: readonly string[];
  readonly messageBytes: number;
  readonly chatTokens: ChatroomTokens;
  /** Offers and takes TCP/TLS/MSRP, and nothing else then. */
  readonly secure?: boolean | undefined;
  /** Digits; the same for the whole dialog. */
  readonly sessionId: string;
}

/** What both descriptions together say of the MSRP session to use. */
export interface AgreedSession {
  readonly localUri: MsrpUri;
  readonly remotePath: readonly MsrpUri[];
  readonly room: PeerCapabilities;
  /** Over TLS: a=fingerprint of the certificate the room's edge shows. */
  readonly fingerprints: readonly string[];
}

/**
 * Our half of the offers and answers of one dialog (RFC 3264; RFC 4975 section 8). We always open the connection, whoever offers: a
 * client cannot be reached.
 */
export class OwnDescription {
  readonly #options: OwnDescriptionOptions;
  #localUri: MsrpUri;
  #ours: SessionDescription | undefined;
  #theirs: SessionDescription | undefined;

  constructor(options: OwnDescriptionOptions) {
    this.#options = options;
    this.#localUri = this.#newUri();
  }

  /** An offer: with a new URI of ours (the session moves), or as things are. */
  offer(withNewUri: boolean): Uint8Array {
    if (withNewUri) this.#localUri = this.#newUri();
    this.#ours = makeOffer(this.#side());
    return Buffer.from(serializeSdp(this.#ours));
  }

  /** The answer to the last offer; undefined when no session comes of it. */
  takeAnswer(body: Uint8Array): AgreedSession | undefined {
    const answer = parseSdp(Buffer.from(body).toString('utf8'));
    if (!answer.ok || this.#ours === undefined) return undefined;
    const agreed = readAnswer(this.#ours, answer.value);
    if (!agreed.ok || agreed.value.role !== 'active') return undefined;
    this.#theirs = answer.value;
    return this.#agreed(agreed.value.capabilities, agreed.value.fingerprints);
  }

  /**
   * Answers an offer of the room. `session` only when it asks for another one; an offer with the `o=` known already changes nothing (RFC 3264
   * section 8). Undefined: the offer cannot be served, 488.
   */
  answer(body: Uint8Array): { readonly body: Uint8Array; readonly session?: AgreedSession } | undefined {
    const offer = parseSdp(Buffer.from(body).toString('utf8'));
    if (!offer.ok) return undefined;
    if (this.#ours !== undefined && this.#theirs !== undefined && isUnchanged(this.#theirs, offer.value))
      return { body: Buffer.from(serializeSdp(this.#ours)) };
    const earlier = this.#localUri;
    this.#localUri = this.#newUri();
    const answer = answerOffer(connectingToUs(offer.value), this.#side(), {
      transports: { tcp: !this.#isSecure, tls: this.#isSecure },
      mayConnect: true,
      cema: false,
    });
    const session = answer.ok && answer.value.stream.role === 'active' ? answer.value : undefined;
    const agreed = session && this.#agreed(session.capabilities, session.stream.fingerprints);
    if (session === undefined || agreed === undefined) {
      this.#localUri = earlier;
      return undefined;
    }
    this.#ours = session.description;
    this.#theirs = offer.value;
    return { body: Buffer.from(serializeSdp(session.description)), session: agreed };
  }

  get #isSecure(): boolean {
    return this.#options.secure === true;
  }

  #agreed(room: PeerCapabilities, fingerprints: readonly Fingerprint[]): AgreedSession | undefined {
    const remotePath: MsrpUri[] = [];
    for (const text of room.peerPath) {
      const uri = parseUri(text);
      if (!uri.ok) return undefined;
      remotePath.push(uri.value);
    }
    if (remotePath.length === 0) return undefined;
    const known = fingerprints.map(({ hashFunction, digest }) => `${hashFunction} ${digest}`);
    return { localUri: this.#localUri, remotePath, room, fingerprints: known };
  }

  #side(): OurSide {
    const { wrappedTypes, messageBytes, chatTokens, sessionId } = this.#options;
    return {
      path: formatUri(this.#localUri),
      wrappedTypes,
      maxSizeBytes: messageBytes,
      chatTokens,
      origin: { username: '-', sessionId },
      ...(this.#ours === undefined ? {} : { previous: this.#ours }),
    };
  }

  #newUri(): MsrpUri {
    const { host, random } = this.#options;
    // The port is never dialled: the session is ours to open (RFC 4975 section 5.4).
    return msrpUri({ host, port: 2855, sessionId: randomIdent(random), secure: this.#isSecure });
  }
}

/**
 * The offer with `actpass` read as our choice of it: we connect (RFC 6135 section 4.2.2). An offer of somebody who wants to connect to us stays as
 * it is, and is refused.
 */
function connectingToUs(offer: SessionDescription): SessionDescription {
  const media = offer.media.map((line) =>
    parseSetup(attributeOf(line.lines, 'setup')) === 'actpass'
      ? { ...line, lines: line.lines.map((one) => (isSetup(one) ? { ...one, value: 'setup:passive' } : one)) }
      : line,
  );
  return { ...offer, media };
}

function isSetup(line: { readonly type: string; readonly value: string }): boolean {
  return line.type === 'a' && line.value.toLowerCase().startsWith('setup:');
}
