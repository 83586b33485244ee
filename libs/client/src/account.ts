import { createHash, randomInt } from 'node:crypto';
import {
  DigestClient,
  escapeUser,
  formatFromTo,
  formatNameAddr,
  newCallId,
  newTag,
  parseUri,
  type SipRequest,
} from '@plenary/sip';
import { HeaderFields, type HashHex } from '@plenary/wire';
import { DialogLine } from './dialog-line.js';
import { Following, type FollowOptions } from './event/following.js';
import { invite } from './invite.js';
import { JoinFailure } from './join-failure.js';
import type { MediaTls } from './msrp-line.js';
import { OwnDescription, type AgreedSession } from './own-description.js';
import { Room, timerIn } from './room.js';
import type { RoomHandlers } from './room.types.js';
import type { SipEndpoint } from './sip-endpoint.js';

export interface AccountOptions {
  /** Address of record, `sip:alice@localhost`. */
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  readonly displayName?: string | undefined;
}

export interface JoinOptions extends RoomHandlers {
  /** Types taken inside CPIM; default everything. */
  readonly wrappedTypes?: readonly string[] | undefined;
  /** Tokens of our a=chatroom; default both. */
  readonly chatTokens?: { readonly nickname: boolean; readonly privateMessages: boolean } | undefined;
  /** Messages over TLS, and only so (offer of TCP/TLS/MSRP); default: plain TCP. */
  readonly tls?: MediaTls | undefined;
  /** Octets of the largest message taken; default 16 MiB. */
  readonly messageBytes?: number | undefined;
  /** Session interval asked for, seconds; default: the server's. */
  readonly sessionIntervalSeconds?: number | undefined;
  /** For the answer to the INVITE, and again for the MSRP session; default 10 s. */
  readonly timeoutMs?: number | undefined;
}

const hash: HashHex = (algorithm, data) =>
  createHash(algorithm === 'MD5' ? 'md5' : algorithm === 'SHA-256' ? 'sha256' : 'sha512-256')
    .update(data)
    .digest('hex');

/** A user of chat rooms: joins by INVITE, answers challenges. Holds no connection; any number of stays at once. */
export class Account {
  readonly #endpoint: SipEndpoint;
  readonly #options: AccountOptions;
  readonly #digest: DigestClient;
  readonly #contact: string;

  /** Throws `TypeError` when the URI is none. */
  constructor(endpoint: SipEndpoint, options: AccountOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#digest = new DigestClient({ username: options.username, password: options.password }, hash, endpoint.random);
    this.#contact = addressOf(
      `sip:${escapeUser(options.username)}@${endpoint.host}:${endpoint.port}${endpoint.server.transport === 'TLS' ? ';transport=tls' : ''}`,
    );
    addressOf(options.uri);
  }

  get uri(): string {
    return this.#options.uri;
  }

  /**
   * Enters a room: INVITE, digest if asked, ACK, connect, bind (RFC 7701 section 5, RFC 4975 section 5.4). Rejects with
   * `JoinFailure`; then nothing is left behind. Throws `TypeError` when the room is no SIP URI.
   */
  async join(roomUri: string, options: JoinOptions): Promise<Room> {
    const { room, media } = await this.dial(roomUri, options);
    try {
      await room.connect(media);
      return room;
    } catch (error) {
      // Nobody waits for a room that we cannot use.
      void room.leave();
      throw error;
    }
  }

  /** The SIP half of `join`: we have a seat, and `media` is the MSRP session to open, by `Room.connect` or elsewhere. */
  async dial(roomUri: string, options: JoinOptions): Promise<{ readonly room: Room; readonly media: AgreedSession }> {
    const endpoint = this.#endpoint;
    const { messageBytes = 16 * 1024 * 1024, timeoutMs = 10_000 } = options;
    const description = new OwnDescription({
      host: endpoint.host,
      secure: options.tls !== undefined,
      random: endpoint.random,
      wrappedTypes: options.wrappedTypes ?? ['*'],
      messageBytes,
      chatTokens: options.chatTokens ?? { nickname: true, privateMessages: true },
      sessionId: randomInt(2 ** 47).toString(),
    });
    const request = this.#invitation(roomUri, description.offer(false), options.sessionIntervalSeconds);
    const { dialog, response } = await invite(endpoint, this.#digest, request, timeoutMs);
    const room = new Room({
      endpoint,
      dialog: new DialogLine(endpoint, this.#digest, dialog),
      description,
      userUri: this.uri,
      displayName: this.#options.displayName,
      roomUri,
      contact: this.#contact,
      timer: timerIn(response),
      tls: options.tls,
      messageBytes,
      timeoutMs,
      handlers: options,
    });
    const media = description.takeAnswer(response.body);
    if (media) return { room, media };
    void room.leave();
    throw new JoinFailure('refused', 488, 'the room offers no MSRP session we can use');
  }

  /**
   * Subscribes to what the room is: who is in it, its subject, its state (RFC 4575). Being in the room is not needed for that, being allowed to see it is.
   * Resolves when the room has agreed; what it is comes right after. Rejects with `JoinFailure`. Throws `TypeError` when the room is no SIP URI.
   */
  async follow(roomUri: string, options: FollowOptions = {}): Promise<Following> {
    addressOf(roomUri);
    const following = new Following({
      ...options,
      endpoint: this.#endpoint,
      digest: this.#digest,
      contact: this.#contact,
      request: () => {
        const headers = this.#beginning('SUBSCRIBE', roomUri);
        return { kind: 'request', method: 'SUBSCRIBE', requestUri: roomUri, headers, body: new Uint8Array(0) };
      },
    });
    await following.begin();
    return following;
  }

  /** Header fields of a request outside dialogs. */
  #beginning(method: string, roomUri: string): HeaderFields {
    const { random } = this.#endpoint;
    const own = parseUri(this.uri);
    if (!own.ok) throw new TypeError(`no SIP URI: ${this.uri}`);
    const { displayName } = this.#options;
    return new HeaderFields([
      ['From', formatFromTo({ uri: own.value, displayName, params: [], tag: newTag(random) })],
      ['To', addressOf(roomUri)],
      ['Call-ID', newCallId(random)],
      ['CSeq', `1 ${method}`],
    ]);
  }

  #invitation(roomUri: string, body: Uint8Array, intervalSeconds: number | undefined): SipRequest {
    const headers = this.#beginning('INVITE', roomUri);
    const more: readonly (readonly [string, string])[] = [
      // "If the Request-URI ... contains a SIPS URI, the Contact header field MUST contain a SIPS URI as well" (RFC 3261 section 8.1.1.8).
      ['Contact', /^sips:/i.test(roomUri) ? this.#contact.replace('<sip:', '<sips:') : this.#contact],
      ['Allow', 'INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE'],
      ['Supported', 'timer'],
      ...(intervalSeconds === undefined ? [] : ([['Session-Expires', String(intervalSeconds)]] as const)),
      ['Content-Type', 'application/sdp'],
    ];
    for (const [name, value] of more) headers.append(name, value);
    return { kind: 'request', method: 'INVITE', requestUri: roomUri, headers, body };
  }
}

function addressOf(text: string): string {
  const uri = parseUri(text);
  if (!uri.ok) throw new TypeError(`no SIP URI: ${text}`);
  return formatNameAddr({ uri: uri.value, params: [] });
}
