import { conferenceView, readFragment } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { shownCollaborations, usableCollaborations } from './collaboration.js';

const entry = (label: string, roles: string): string =>
  `<entry label="${label}"><type>application</type><chat:collaboration kind="whiteboard" uri="https://${label}.example/"${roles}/></entry>`;
const read = readFragment(
  `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:chat="urn:x-plenary:ns:chat:1" entity="xcon:1@localhost"><conference-description><available-media>${entry('a', '')}${entry('b', ' roles="moderator observer"')}</available-media></conference-description></conference-info>`,
);
if (!read.ok) throw read.error;
const document = read.value;

describe('COLLAB-003 places of work', () => {
  it.each([
    [{ privileged: true, roles: [] }, ['a', 'b']],
    [{ privileged: false, roles: ['participant'] }, ['a']],
    [{ privileged: false }, ['a']],
    [{ privileged: false, roles: ['observer'] }, ['b']],
    [{ privileged: false, roles: [] }, []],
  ])('%j are told of %j', (viewer, labels) => {
    expect(usableCollaborations(conferenceView(document), viewer)).toEqual(labels);
    const text = JSON.stringify(shownCollaborations(document.children[0] as typeof document, viewer));
    const [media] = (document.children[0] as typeof document).children;
    const shown = JSON.stringify(shownCollaborations(media as typeof document, viewer));
    expect(['a', 'b'].filter((label) => shown.includes(`https://${label}.example/`))).toEqual(labels);
    expect(text).toContain('application');
  });
});
