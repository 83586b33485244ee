import { createHash, randomInt } from 'node:crypto';
import { msrpUri, parseUri as parseMsrpUri, randomIdent, type MsrpUri } from '@plenary/msrp';
import {
  makeOffer,
  parseSdp,
  readAnswer,
  serializeSdp,
  type PeerCapabilities,
  type SessionDescription,
} from '@plenary/sdp';
import {
  buildAck,
  createUacDialog,
  DigestClient,
  formatFromTo,
  formatNameAddr,
  newCallId,
  newTag,
  parseUri,
  readSessionTimer,
  readSessionTimerAnswer,
  type ClientTransaction,
  type SessionTimer,
  type SipRequest,
  type SipResponse,
} from '@plenary/sip';
import { HeaderFields, type HashHex } from '@plenary/wire';
import { JoinFailure } from './join-failure.js';
import { Room, type ConnectOptions, type RoomHandlers } from './room.js';
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
  /** Octets of the largest message taken; default 16 MiB. */
  readonly messageBytes?: number | undefined;
  /** Session interval asked for, seconds; default: the server's. */
  readonly sessionIntervalSeconds?: number | undefined;
  /** Default 10 s. */
  readonly timeoutMs?: number | undefined;
}

/** Largest message taken where the caller says nothing, octets. */
const defaultMessageBytes = 16 * 1024 * 1024;

const hash: HashHex = (algorithm, data) =>
  createHash(algorithm === 'MD5' ? 'md5' : algorithm === 'SHA-256' ? 'sha256' : 'sha512-256')
    .update(data)
    .digest('hex');

/** A user of chat rooms: joins by INVITE, answers challenges. */
export class Account {
  readonly #endpoint: SipEndpoint;
  readonly #options: AccountOptions;
  readonly #digest: DigestClient;

  constructor(endpoint: SipEndpoint, options: AccountOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#digest = new DigestClient({ username: options.username, password: options.password }, hash, endpoint.random);
  }

  get uri(): string {
    return this.#options.uri;
  }

  /**
   * Enters a room: INVITE, digest if asked, ACK, connect, bind (RFC 7701 section 5, RFC 4975 section 5.4). Rejects with
   * `JoinFailure`; then nothing is left behind.
   */
  async join(roomUri: string, options: JoinOptions): Promise<Room> {
    const { room, media } = await this.dial(roomUri, options);
    try {
      await room.connect(media);
      return room;
    } catch (error) {
      await room.leave();
      throw error instanceof JoinFailure ? error : new JoinFailure(undefined, 'no media session', { cause: error });
    }
  }

  /**
   * The signalling half of `join`: the dialog stands, the MSRP session is still to be opened with `room.connect(media)`, or by
   * whoever knows what `media` says.
   */
  async dial(roomUri: string, options: JoinOptions): Promise<{ readonly room: Room; readonly media: ConnectOptions }> {
    const { random, host } = this.#endpoint;
    const localUri = msrpUri({ host, port: 2855, sessionId: randomIdent(random) });
    const offer = this.#offer(localUri, options);
    const { request, response, transaction } = await this.#invite(roomUri, offer, options);
    const dialog = createUacDialog(request, response, false);
    if (!dialog.ok) throw new JoinFailure(undefined, `the answer makes no dialog: ${dialog.error.message}`);
    const sequence = dialog.value.localSequence ?? 1;
    transaction.acknowledge(buildAck(dialog.value, sequence).request);

    const room = new Room({
      endpoint: this.#endpoint,
      dialog: dialog.value,
      digest: this.#digest,
      userUri: this.uri,
      displayName: this.#options.displayName,
      roomUri,
      offer,
      timer: timerOf(response),
      handlers: options,
    });
    const agreed = agreedMedia(offer, response);
    if (!agreed) {
      await room.leave();
      throw new JoinFailure(488, 'the room offers no MSRP session we can use');
    }
    const messageBytes = options.messageBytes ?? defaultMessageBytes;
    return { room, media: { localUri, ...agreed, messageBytes, timeoutMs: options.timeoutMs ?? 10_000 } };
  }

  #offer(localUri: MsrpUri, options: JoinOptions): SessionDescription {
    return makeOffer({
      path: `msrp://${localUri.host}:${localUri.port ?? 2855}/${localUri.sessionId ?? ''};tcp`,
      wrappedTypes: options.wrappedTypes ?? ['*'],
      maxSizeBytes: options.messageBytes ?? defaultMessageBytes,
      chatTokens: options.chatTokens ?? { nickname: true, privateMessages: true },
      origin: { username: '-', sessionId: randomInt(2 ** 47).toString() },
    });
  }

  /** The INVITE that was answered 2xx, its answer and its transaction. */
  async #invite(
    roomUri: string,
    offer: SessionDescription,
    options: JoinOptions,
  ): Promise<{ request: SipRequest; response: SipResponse; transaction: ClientTransaction }> {
    const body = Buffer.from(serializeSdp(offer));
    let request = this.#digest.authorize(this.#request(roomUri, body, options.sessionIntervalSeconds));
    for (;;) {
      const { response, transaction } = await this.#send(request);
      if (response.status < 300) return { request, response, transaction };
      if (response.status !== 401 && response.status !== 407) {
        throw new JoinFailure(response.status, `${response.status} ${response.reason}`);
      }
      const again = this.#digest.answer(request, response);
      if (!again.ok) throw new JoinFailure(response.status, `${response.status} ${response.reason}`);
      request = again.value;
    }
  }

  #send(request: SipRequest): Promise<{ response: SipResponse; transaction: ClientTransaction }> {
    return new Promise((resolve) => {
      const transaction = this.#endpoint.userAgent.request(request, this.#endpoint.server, {
        onFinal: (response) => {
          // The handler may run before `request` has returned.
          setImmediate(() => {
            resolve({ response, transaction });
          });
        },
      });
    });
  }

  #request(roomUri: string, body: Uint8Array, intervalSeconds: number | undefined): SipRequest {
    const { endpoint, options } = { endpoint: this.#endpoint, options: this.#options };
    const own = parseUri(options.uri);
    const room = parseUri(roomUri);
    if (!own.ok || !room.ok) throw new TypeError('not a SIP URI');
    const displayName = options.displayName;
    const contact = parseUri(`sip:${options.username}@${endpoint.host}:${endpoint.port}`);
    if (!contact.ok) throw new TypeError('no Contact can be made of this user name');
    const headers = new HeaderFields([
      ['From', formatFromTo({ uri: own.value, displayName, params: [], tag: newTag(endpoint.random) })],
      ['To', formatNameAddr({ uri: room.value, params: [] })],
      ['Call-ID', newCallId(endpoint.random)],
      ['CSeq', '1 INVITE'],
      ['Contact', formatNameAddr({ uri: contact.value, params: [] })],
      ['Allow', 'INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE'],
      ['Supported', 'timer'],
      ...(intervalSeconds === undefined ? [] : ([['Session-Expires', String(intervalSeconds)]] as const)),
      ['Content-Type', 'application/sdp'],
    ]);
    return { kind: 'request', method: 'INVITE', requestUri: roomUri, headers, body };
  }
}

/** The path and abilities our offer and the answer agree on; undefined when there is no session in it. */
function agreedMedia(
  offer: SessionDescription,
  response: SipResponse,
): { readonly remotePath: readonly MsrpUri[]; readonly room: PeerCapabilities } | undefined {
  const answer = parseSdp(Buffer.from(response.body).toString('utf8'));
  const agreed = answer.ok ? readAnswer(offer, answer.value) : undefined;
  if (!agreed?.ok) return undefined;
  const { capabilities } = agreed.value;
  const remotePath = capabilities.peerPath.flatMap((text) => {
    const uri = parseMsrpUri(text);
    return uri.ok ? [uri.value] : [];
  });
  return remotePath.length === capabilities.peerPath.length ? { remotePath, room: capabilities } : undefined;
}

function timerOf(response: SipResponse): SessionTimer | undefined {
  const read = readSessionTimer(response.headers);
  return read.ok
    ? readSessionTimerAnswer({ intervalS: read.value.intervalS, refresher: read.value.refresher })
    : undefined;
}
