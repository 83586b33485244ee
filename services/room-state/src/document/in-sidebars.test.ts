import type { UserId } from '@plenary/wire';
import { formatDocument } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import type { RoomState, SidebarState } from '../room/state.js';
import { assembleDocument } from './assemble.js';
import { looks, manages, userIn } from './testing-everything.js';
import { present, testCall, testConference, testParticipant, testSidebar } from './testing.js';
import type { DocumentViewer } from './viewer.js';

const active = '<conference-state><active>true</active></conference-state>';
const alice = 'xcon-userid:alice@localhost' as UserId;

function main(policy: string, ...sidebars: readonly SidebarState[]): RoomState {
  const description = `<conference-description><chat:room-policy ${policy}/></conference-description>`;
  return testConference(description, {
    ...present(testParticipant('alice'), testParticipant('bob')),
    sidebars: new Map(sidebars.map((sidebar) => [sidebar.id, sidebar])),
  });
}

const shown = (state: RoomState, viewer: DocumentViewer, name: string): string => {
  const user = userIn(assembleDocument(state, viewer), `xcon-userid:${name}@localhost`);
  return user === undefined ? '' : formatDocument(user);
};

describe('users in sidebars', () => {
  const aside = { ...testSidebar('side', 'sidebar-by-val', active), present: new Set([alice]) };

  it('SIDE-010 are on hold in the main conference where its policy shows absences, and connected elsewhere', () => {
    const shows = main('show-sidebar-absence="true"', aside);
    expect(shown(shows, looks, 'alice')).toContain('<status>on-hold</status>');
    expect(shown(shows, looks, 'bob')).toContain('<status>connected</status>');
    expect(shown(main('show-sidebar-absence="false"', aside), looks, 'alice')).toContain('<status>connected</status>');
    const back = main('show-sidebar-absence="true"', { ...aside, present: new Set() });
    const { participants, owners } = shows;
    expect(shown({ ...back, participants, owners }, looks, 'alice')).toContain('<status>connected</status>');
  });

  it('SIDE-012 a sidebar by reference is shown to others when it has begun', () => {
    const [waiting, begun] = ['', active].map((state) => main('', testSidebar('side', 'sidebar-by-ref', state)));
    const text = (state: RoomState | undefined, viewer: DocumentViewer): string =>
      state === undefined ? '' : formatDocument(assembleDocument(state, viewer));
    expect(text(waiting, looks)).not.toContain('xcon:side@localhost');
    expect(text(waiting, manages)).toContain('xcon:side@localhost');
    expect(text(begun, looks)).toContain('xcon:side@localhost');
  });

  it('SIDE-012 who is called has the media that were wanted of it', () => {
    const wanted =
      '<users><user entity="xcon-userid:fred@localhost"><endpoint entity="sip:fred@localhost"><media id="7"><label>77</label><status>recvonly</status></media></endpoint></user></users>';
    const state = testConference(wanted, { calls: new Map([['c', testCall('fred', 'sip:fred@localhost')]]) });
    expect(shown(state, manages, 'fred')).toContain('<media id="7"><label>77</label><status>recvonly</status></media>');
    expect(shown(state, manages, 'fred')).not.toContain('<media id="1">');
  });
});
