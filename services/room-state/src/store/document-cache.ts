import type { RoomId } from '@plenary/wire';
import { readFragment, conferenceView } from '@plenary/xcon';
import type { ConferenceHead } from '../room/state.js';
import type { Queries } from './room-rows.js';

/** Characters of XML whose reading is kept. */
const maxCharacters = 16 * 1024 * 1024;

interface Wanted {
  readonly id: RoomId;
  /** `document_version` of the row. */
  readonly version: bigint;
}

type Reading = Pick<ConferenceHead, 'document' | 'view'>;

interface Entry extends Reading {
  readonly version: bigint;
  readonly characters: number;
}

/**
 * Documents as they were read, each once per version of it: a room whose people come and go has one document all the while.
 * Bounded by the size of their texts; oldest use goes first.
 */
export class DocumentCache {
  readonly #entries = new Map<RoomId, Entry>();
  #characters = 0;

  /** Documents of rooms, those not known read from their rows in one query. */
  async read(db: Queries, wanted: readonly Wanted[]): Promise<ReadonlyMap<RoomId, Reading>> {
    const found = new Map<RoomId, Reading>();
    const missing: RoomId[] = [];
    for (const { id, version } of wanted) {
      const entry = this.#entries.get(id);
      if (entry?.version !== version) {
        missing.push(id);
        continue;
      }
      this.#entries.delete(id);
      this.#entries.set(id, entry);
      found.set(id, entry);
    }
    if (missing.length === 0) return found;
    const rows = await db
      .selectFrom('room_state.rooms')
      .select(['id', 'document', 'document_version'])
      .where('id', 'in', missing)
      .execute();
    for (const row of rows) {
      const reading = readDocument(row.document);
      found.set(row.id as RoomId, reading);
      this.#keep(row.id as RoomId, {
        ...reading,
        version: BigInt(row.document_version),
        characters: row.document.length,
      });
    }
    return found;
  }

  #keep(id: RoomId, entry: Entry): void {
    const known = this.#entries.get(id);
    if (known !== undefined && known.version > entry.version) return;
    this.#drop(id);
    this.#entries.set(id, entry);
    this.#characters += entry.characters;
    for (const oldest of this.#entries.keys()) {
      if (this.#characters <= maxCharacters) break;
      this.#drop(oldest);
    }
  }

  #drop(id: RoomId): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#characters -= entry.characters;
  }
}

function readDocument(text: string): Reading {
  const document = readFragment(text);
  if (!document.ok) throw new Error(`a stored document cannot be read: ${document.error.message}`);
  return { document: document.value, view: conferenceView(document.value) };
}
