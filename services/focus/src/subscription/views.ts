import { GetDocumentRequest, Refusal, type GetDocumentResponse } from '@plenary/proto/roomstate';
import type { Viewer } from '../store/subscription-store.js';
import type { SubscriptionDependencies } from './dependencies.js';
import type { RoomWatch } from './room-watch.js';
import type { Subscriber } from './subscriber.js';
import { ViewDocument } from './view-document.js';

export type ViewAnswer =
  { readonly kind: 'view'; readonly document: ViewDocument } | { readonly kind: 'refused'; readonly refusal: Refusal };

type AskDependencies = Pick<SubscriptionDependencies, 'roomState' | 'clock'>;

/** Asks room-state for the room as this user may see it. Rejects when it does not answer. */
export async function askForView(
  key: NonNullable<GetDocumentRequest['key']>,
  viewer: Viewer,
  { roomState, clock }: AskDependencies,
): Promise<ViewAnswer> {
  const { uri, identities, systemRoles } = viewer;
  const uris = [uri, ...identities.filter((identity) => identity !== uri)];
  const request = GetDocumentRequest.fromPartial({ key, viewer: { uris, systemRoles: [...systemRoles] } });
  const { result }: GetDocumentResponse = await roomState.document(request);
  if (result?.$case === 'view') {
    return { kind: 'view', document: new ViewDocument(result.value, clock.nowMs()) };
  }
  return { kind: 'refused', refusal: result?.value ?? Refusal.UNSPECIFIED };
}

/** Documents from so many characters on are asked for less often: once a second for 200,000 of them, and at least every ten seconds. */
const largeText = 64 * 1_024;
const charactersPerMs = 200;
const freshMaxMs = 10_000;

interface Flight {
  readonly answer: Promise<ViewAnswer>;
  /** What the room was at when it was asked: the answer is that or later. */
  readonly since: bigint;
}

/** Documents of watched rooms, asked for once per room, version and view (NOTIF-009) as far as it is certain who sees what. */
export class Views {
  readonly #deps: AskDependencies;
  readonly #flights = new WeakMap<RoomWatch, Map<string, Flight>>();

  constructor(deps: AskDependencies) {
    this.#deps = deps;
  }

  /**
   * The document for a subscriber, at the version it is owed or later; a large one that was asked for a moment ago may be earlier. Notes the
   * subscriber's view. Rejects when room-state does not answer.
   */
  async of(subscriber: Subscriber, watch: RoomWatch): Promise<ViewAnswer> {
    const { view, isViewCertain } = subscriber;
    if (view !== undefined && isViewCertain) {
      const known = watch.newest(view);
      if (known && (known.version >= subscriber.neededVersion || this.#isFreshEnough(known))) {
        return { kind: 'view', document: known };
      }
      const shared = await this.#ask(`view ${view}`, subscriber, watch);
      // Whoever asked may have another view by now, or none: that says nothing of this one.
      if (shared.kind === 'view' && shared.document.view === view) return shared;
    }
    subscriber.isViewCertain = true;
    try {
      const own = await this.#ask(`user ${subscriber.record.viewer.uri}`, subscriber, watch);
      if (own.kind === 'view') subscriber.view = own.document.view;
      return own;
    } catch (error) {
      subscriber.isViewCertain = false;
      throw error;
    }
  }

  #isFreshEnough({ text, fetchedAtMs }: ViewDocument): boolean {
    if (text.length < largeText) return false;
    return this.#deps.clock.nowMs() - fetchedAtMs < Math.min(freshMaxMs, text.length / charactersPerMs);
  }

  /** One question at a time under one name, unless something has happened since it was asked. */
  async #ask(name: string, subscriber: Subscriber, watch: RoomWatch): Promise<ViewAnswer> {
    const flights = this.#flights.get(watch) ?? new Map<string, Flight>();
    this.#flights.set(watch, flights);
    const open = flights.get(name);
    if (open && open.since >= subscriber.neededVersion) return open.answer;
    const asked = askForView({ $case: 'room', value: watch.room }, subscriber.record.viewer, this.#deps);
    const answer = asked.then((found) =>
      found.kind === 'view' ? { kind: 'view' as const, document: watch.keep(found.document) } : found,
    );
    const flight: Flight = { answer, since: watch.version };
    flights.set(name, flight);
    try {
      return await answer;
    } finally {
      if (flights.get(name) === flight) flights.delete(name);
    }
  }
}
