import { StartError } from '@plenary/service';
import type { ConferenceUri } from '@plenary/wire';
import { conferenceUri } from '../conference-uri.js';
import type { ObjectPlan } from '../conference/object-maker.js';
import { dateTime } from '../document/endpoints.js';
import type { Creation } from '../store/interface.js';
import { blueprints, demoRooms, type SeededObject } from './blueprints.js';

/** Makes an object unless it is there. */
export interface SeedMaker {
  make(plan: ObjectPlan, roomsMax: number): Promise<Creation>;
}

export interface SeedOptions {
  readonly domain: string;
  /** Undefined: no demo rooms. */
  readonly demo: { readonly councilMembers: readonly string[]; readonly nowMs: number } | undefined;
}

/**
 * Makes the blueprints, and in demo mode its rooms, where they are not there yet; replicas may do it at once, and what is there
 * stays as it is. Throws `StartError` for a domain no SIP URI can have. Req: CONF-001, CONF-002, ROOM-001.
 */
export async function seedObjects(maker: SeedMaker, { domain, demo }: SeedOptions): Promise<void> {
  for (const blueprint of blueprints(domain)) await maker.make(planOf('blueprint', blueprint, undefined), 0);
  if (demo === undefined) return;
  for (const room of demoRooms(domain, demo.councilMembers, dateTime(demo.nowMs))) {
    const uri = conferenceUri(room.conferenceUri ?? '');
    if (uri === undefined) throw new StartError(`PLENARY_DOMAIN ${domain} is no host of a SIP URI`);
    await maker.make(planOf('conference', room, uri), 0);
  }
}

function planOf(
  kind: 'blueprint' | 'conference',
  { xconUri, document }: SeededObject,
  uri: ConferenceUri | undefined,
): ObjectPlan {
  return { kind, xconUri, conferenceUri: uri, document, ownerUserId: '' };
}
