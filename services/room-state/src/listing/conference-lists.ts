import type { Requestor } from '@plenary/proto/roomstate';
import { normalizeXconUri } from '@plenary/xcon';
import type { PasswordCheck } from '../password-check.js';
import type { Actor } from '../room/actor.js';
import { passwordVerdict } from '../room/entry.js';
import { may } from '../room/rights.js';
import type { RoomState } from '../room/state.js';
import type { RoomStore } from '../store/interface.js';
import { resolveRequestor, type RequestorRefusal, type RequestorUsers } from '../users/requestor.js';
import type { Listing, Page } from './listing.js';

export type ListKind = 'blueprints' | 'conferences' | 'sidebars-by-val' | 'sidebars-by-ref';

export interface ListRequest {
  readonly requestor: Requestor | undefined;
  readonly kind: ListKind;
  /** The main conference of sidebars. */
  readonly object: string;
  /** Undefined: none came. */
  readonly password: string | undefined;
  readonly source: string;
  readonly after: string;
  readonly limit: number;
}

/** Response code of RFC 6503 §5.4, and with 200 what was asked for. */
export interface ListAnswer {
  readonly code: number;
  /** XCON-USERID of the requestor; empty: unknown. */
  readonly userId: string;
  /** Of the main conference of sidebars; 0: none. */
  readonly version: bigint;
  readonly page: Page;
}

const nothing: Page = { objects: [], more: false };
const codes: Readonly<Record<RequestorRefusal, number>> = {
  unauthenticated: 424,
  'unknown-user': 421,
  'not-bound': 401,
};

export interface ConferenceListsOptions {
  readonly listing: Listing;
  readonly store: Pick<RoomStore, 'findRoom' | 'readRoom'>;
  readonly users: RequestorUsers;
  readonly passwords: PasswordCheck;
}

/** The list messages: who asks, what of, and what that user may know. Req: CCMP-035, CCMP-060, CCMP-065, CCMP-082. */
export class ConferenceLists {
  constructor(private readonly options: ConferenceListsOptions) {}

  /** Throws `TooManyTries`, `PasswordsBusy`. */
  async list(request: ListRequest): Promise<ListAnswer> {
    const { listing, users } = this.options;
    const { kind, after, limit } = request;
    const resolved = await resolveRequestor(request.requestor, users);
    if (resolved.kind === 'refused') return refused(codes[resolved.code], request.requestor?.userId ?? '');
    const { actor } = resolved;
    const found = (page: Page, version = 0n): ListAnswer => ({ code: 200, userId: actor.userId, version, page });
    switch (kind) {
      case 'blueprints':
        return found(await listing.blueprints(actor, after, limit));
      case 'conferences':
        return found(await listing.conferences(actor, after, limit));
      case 'sidebars-by-val':
      case 'sidebars-by-ref': {
        const main = await this.#main(request, actor);
        if (typeof main === 'number') return refused(main, actor.userId);
        const sidebars = kind === 'sidebars-by-val' ? 'sidebar-by-val' : 'sidebar-by-ref';
        return found(await listing.sidebars(main, sidebars, actor, after, limit), main.version);
      }
      default:
        return kind satisfies never;
    }
  }

  /** The main conference, or the code of why not. */
  async #main({ object, password, source }: ListRequest, actor: Actor): Promise<RoomState | number> {
    const { store, passwords } = this.options;
    const uri = normalizeXconUri(object);
    const room = uri.ok ? await store.findRoom(uri.value) : undefined;
    const state = room === undefined ? undefined : await store.readRoom(room);
    if (state === undefined || state.closed || state.kind !== 'conference' || !may(state, actor, 'discover'))
      return 404;
    const proof = await passwords.prove(state.passwordHash, password, {
      source,
      user: actor.userId,
      room: state.id,
    });
    const wrong = passwordVerdict(state, proof);
    if (wrong !== undefined) return wrong === 'password-required' ? 423 : 422;
    return may(state, actor, 'retrieve') ? state : 401;
  }
}

function refused(code: number, userId: string): ListAnswer {
  return { code, userId, version: 0n, page: nothing };
}
