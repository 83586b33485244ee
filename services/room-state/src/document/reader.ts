import type { Identity } from '@plenary/proto/roomstate';
import type { RoomId } from '@plenary/wire';
import { conferenceUri } from '../conference-uri.js';
import { may } from '../room/rights.js';
import type { RoomState } from '../room/state.js';
import type { RoomStore } from '../store/interface.js';
import { resolveRequestor, type RequestorUsers } from '../users/requestor.js';
import { assembleDocument, viewKey } from './assemble.js';
import { conferenceText } from './text.js';
import { viewerIn } from './viewer-of.js';
import type { DocumentViewer } from './viewer.js';

/** What a subscriber gets, or why it gets nothing. */
export type DocumentAnswer =
  | {
      readonly kind: 'document';
      readonly state: RoomState;
      readonly viewer: DocumentViewer;
      /** Equal views of one version are equal documents. */
      readonly view: string;
      readonly privileged: boolean;
    }
  /** There is no such conference, or none this user may know of. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'forbidden' };

/** Views of conferences whose text is kept. */
const keptTexts = 64;
/** Characters of a text that is kept at most. */
const keptCharacters = 1024 * 1024;

/** Conference documents for the conference event package. Req: EVT-001, NOTIF-008, NOTIF-009, Q22. */
export class DocumentReader {
  readonly #texts = new Map<string, string>();

  constructor(
    private readonly store: Pick<RoomStore, 'findRoom' | 'readRoom'>,
    private readonly users: RequestorUsers,
  ) {}

  /** The conference as the viewer may see it. Without a viewer: as somebody who has proven nothing may. */
  async read(
    key: { readonly room: RoomId } | { readonly conferenceUri: string },
    viewer: Identity | undefined,
  ): Promise<DocumentAnswer> {
    const state = await this.#find(key);
    if (state === undefined || state.closed || state.kind === 'blueprint') return { kind: 'unknown' };
    const resolved = await resolveRequestor({ userId: '', identity: viewer }, this.users);
    if (resolved.kind === 'refused') return { kind: 'forbidden' };
    const { actor } = resolved;
    if (!may(state, actor, 'discover')) return { kind: 'unknown' };
    // "allow-conference-event-subscription … when set to false, … no subscription" (RFC 6501 section 4.4.1)
    if (!state.view.allowEventSubscription || !may(state, actor, 'retrieve')) return { kind: 'forbidden' };
    const seen = viewerIn(state, actor, viewer?.userIds);
    return { kind: 'document', state, viewer: seen, view: viewKey(state, seen), privileged: seen.privileged };
  }

  /** The text of that document. */
  text({ state, viewer, view }: Extract<DocumentAnswer, { kind: 'document' }>): string {
    const key = `${state.id} ${state.version.toString()} ${view}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const text = conferenceText(assembleDocument(state, viewer));
    if (text.length > keptCharacters) return text;
    this.#texts.set(key, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= keptTexts) break;
      this.#texts.delete(oldest);
    }
    return text;
  }

  async #find(key: { readonly room: RoomId } | { readonly conferenceUri: string }): Promise<RoomState | undefined> {
    if ('room' in key) return this.store.readRoom(key.room);
    const uri = conferenceUri(key.conferenceUri);
    const room = uri === undefined ? undefined : await this.store.findRoom(uri);
    return room === undefined ? undefined : this.store.readRoom(room);
  }
}
