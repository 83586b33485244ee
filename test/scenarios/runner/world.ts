import { createHash } from 'node:crypto';
import { openSipEndpoint, type SaidMessage, type SipEndpoint } from '@plenary/client';
import { Client } from 'pg';
import { roomRow } from '../../integration/setup/room-row.js';
import { Actor } from './actor.js';
import type { System } from './system.js';
import { Changes } from './wait.js';

/** Who may enter the demo room council is set by each room made like it. */
const councilAccess = { membersOnly: true, moderated: true };

/** A message made by a step, to be sent by later ones. */
export interface Draft {
  readonly octets: Uint8Array;
}

/** Everything one scenario has: its people, its rooms, its messages. */
export class World {
  readonly changes = new Changes();
  readonly actors = new Map<string, Actor>();
  readonly drafts = new Map<string, Draft>();
  /** Answers to the chunks of a draft sent by hand. */
  readonly chunks = new Map<string, readonly Promise<number | 'closed'>[]>();
  readonly underWay = new Map<string, SaidMessage>();
  readonly #rooms = new Map<string, string>();
  readonly #mark: string;

  private constructor(
    readonly endpoint: SipEndpoint,
    readonly database: Client,
    mark: string,
  ) {
    this.#mark = mark;
  }

  /** `mark` sets the rooms of this scenario apart from those of others in the same system. */
  static async open(system: System, mark: string): Promise<World> {
    const database = new Client({ connectionString: system.databaseUrl });
    await database.connect();
    const endpoint = await openSipEndpoint({ server: { transport: 'UDP', ...system.sip } });
    return new World(endpoint, database, mark);
  }

  async close(): Promise<void> {
    const stays = [...this.actors.values()].flatMap(({ room }) => room ?? []);
    await Promise.all(stays.map((room) => room.leave()));
    await this.endpoint.close();
    await this.database.end();
  }

  actor(name: string): Actor {
    let actor = this.actors.get(name);
    if (!actor) this.actors.set(name, (actor = new Actor(name, this.changes)));
    return actor;
  }

  /** URI of a room by its name in the scenario: its own, one of the demo's, or a whole URI as it stands. */
  roomUri(name: string): string {
    if (name.startsWith('sip:')) return name;
    return this.#rooms.get(name) ?? `sip:${name}@localhost`;
  }

  /**
   * Makes a room of this scenario's own, like a room of the demo but for `policy` and `access`.
   */
  async makeRoom(
    name: string,
    like: 'lobby' | 'minutes' | 'council',
    policy: Readonly<Record<string, unknown>> = {},
    access: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const uri = `sip:${name}-${this.#mark}@localhost`;
    this.#rooms.set(name, uri);
    const names = { lobby: [{}, {}], minutes: [{ logged: true }, {}], council: [{}, councilAccess] } as const;
    const [ownPolicy, ownAccess] = names[like];
    const id = createHash('md5').update(uri).digest('hex').slice(0, 26).toUpperCase();
    const { statement, values } = roomRow(
      { uri, policy: { ...ownPolicy, ...policy }, access: { ...ownAccess, ...access } },
      { id, shard: '000', tag: createHash('md5').update(`${uri}tag`).digest('hex').slice(0, 8) },
    );
    await this.database.query(statement, [...values]);
  }

  /** Texts history keeps of a room, in its order. */
  async kept(room: string): Promise<string[]> {
    const { rows } = await this.database.query<{ octets: Buffer }>(
      `select m.octets from history.message m join room_state.rooms r on r.id = m.room_id
       where r.conference_uri = $1 order by m.epoch, m.seq`,
      [this.roomUri(room)],
    );
    return rows.map(({ octets }) => octets.subarray(contentAt(octets)).toString('utf8'));
  }

  /** Users whose endpoints are joined, sorted. */
  async roster(room: string): Promise<string[]> {
    const { rows } = await this.database.query<{ entity: string }>(
      `select distinct p.entity from room_state.endpoints e
       join room_state.participants p on p.room_id = e.room_id and p.pid = e.pid
       join room_state.rooms r on r.id = e.room_id where r.conference_uri = $1 and e.state = 'joined'`,
      [this.roomUri(room)],
    );
    return rows.map(({ entity }) => /^sip:([^@]+)/.exec(entity)?.[1] ?? entity).toSorted();
  }
}

/** After the headers of CPIM and those of its content. */
function contentAt(octets: Buffer): number {
  const first = octets.indexOf('\r\n\r\n');
  return octets.indexOf('\r\n\r\n', first + 4) + 4;
}
