import {
  answerChallenge,
  formatCredentials,
  parseChallenge,
  strongestChallenge,
  type DigestChallenge,
  type HashHex,
} from '@plenary/wire';
import type { SipRequest, SipResponse } from '../message.js';
import type { RandomBytes } from './interface.js';

/** What a user proves to be. */
export interface DigestUser {
  readonly username: string;
  readonly password: string;
}

/** Why a challenge is not answered. */
export type DigestRefusal =
  /** No challenge in it that we can compute. */
  | 'no-usable-challenge'
  /** The credentials were sent for this realm before and are wrong: a second try would be no better. */
  | 'rejected';

/**
 * The client's side of Digest (RFC 3261 section 22.2, RFC 8760): takes a 401 or 407, picks the strongest challenge it can compute, and writes
 * Authorization or Proxy-Authorization into the request sent anew. Keeps the nonce, so that later requests go out with credentials
 * at once. One instance for one user at one server. Req: AUTH-002.
 */
export class DigestClient {
  readonly #user: DigestUser;
  readonly #hash: HashHex;
  readonly #random: RandomBytes;
  /** By header field: the challenge in force and how often its nonce was used. */
  readonly #known = new Map<
    'Authorization' | 'Proxy-Authorization',
    { challenge: DigestChallenge; nonceCount: number }
  >();

  constructor(user: DigestUser, hash: HashHex, random: RandomBytes) {
    this.#user = user;
    this.#hash = hash;
    this.#random = random;
  }

  /**
   * The request to send after this 401 or 407: credentials in, CSeq one higher, as "a new transaction, with the CSeq incremented"
   * (section 22.2) demands. `request` is what was sent; its Via is taken off.
   */
  answer(
    request: SipRequest,
    response: SipResponse,
  ): { readonly ok: true; readonly value: SipRequest } | { readonly ok: false; readonly error: DigestRefusal } {
    const [asked, answer] =
      response.status === 407
        ? (['Proxy-Authenticate', 'Proxy-Authorization'] as const)
        : (['WWW-Authenticate', 'Authorization'] as const);
    const challenges: DigestChallenge[] = [];
    for (const value of response.headers.getAll(asked)) {
      const challenge = parseChallenge(value);
      if (challenge.ok) challenges.push(challenge.value);
    }
    const challenge = strongestChallenge(challenges);
    if (challenge === undefined) return { ok: false, error: 'no-usable-challenge' };
    // A fresh nonce was answered and the server asks again without `stale=true`, which alone would say that the credentials were right
    // (RFC 7616 section 3.3). A nonce used before may just have been forgotten: that is worth one more try.
    const isFresh = (this.#known.get(answer)?.nonceCount ?? 0) <= 1;
    if (request.headers.has(answer) && challenge.stale !== true && isFresh) return { ok: false, error: 'rejected' };
    this.#known.set(answer, { challenge, nonceCount: 0 });
    const headers = request.headers.clone();
    headers.delete('Via');
    const [sequence = '0', method = request.method] = (headers.get('CSeq') ?? '').split(/\s+/u);
    headers.set('CSeq', `${Number(sequence) + 1} ${method}`);
    return { ok: true, value: this.authorize({ ...request, headers }) };
  }

  /**
   * The request with credentials for every challenge known; unchanged when there is none. Not for CANCEL. An ACK repeats those of its INVITE
   * (section 22.1): copy them from `ClientTransaction.request`.
   */
  authorize(request: SipRequest): SipRequest {
    const headers = request.headers.clone();
    for (const [name, known] of this.#known) {
      known.nonceCount += 1;
      const cnonce = Array.from(this.#random(8), (octet) => octet.toString(16).padStart(2, '0')).join('');
      const credentials = answerChallenge(this.#hash, known.challenge, this.#user, {
        method: request.method,
        uri: request.requestUri,
        cnonce,
        nonceCount: known.nonceCount,
      });
      headers.set(name, formatCredentials(credentials));
    }
    return { ...request, headers };
  }
}
