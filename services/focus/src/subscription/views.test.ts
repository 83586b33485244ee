import { ConferenceView, Refusal, type GetDocumentRequest, type GetDocumentResponse } from '@plenary/proto/roomstate';
import { FakeClock } from '@plenary/service';
import { beforeEach, describe, expect, it } from 'vitest';
import { RoomWatch } from './room-watch.js';
import { Subscriber } from './subscriber.js';
import { recordOf } from './testing.js';
import { askForView, Views } from './views.js';

let clock: FakeClock;
let watch: RoomWatch;
let views: Views;
let asked: string[];
let roomVersion: bigint;
let text: string;
const viewOf = new Map<string, string>();

beforeEach(() => {
  clock = new FakeClock();
  watch = new RoomWatch('R1');
  asked = [];
  roomVersion = 1n;
  text = '<conference-info/>';
  viewOf.clear();
  views = new Views({ roomState, clock });
});

const roomState = {
  document: (request: GetDocumentRequest): Promise<GetDocumentResponse> => {
    const user = request.viewer?.uris[0] ?? '';
    asked.push(user);
    const view = viewOf.get(user) ?? 'member';
    if (view === 'none') return Promise.resolve({ result: { $case: 'refused', value: Refusal.FORBIDDEN } });
    const value = ConferenceView.fromPartial({ room: 'R1', version: roomVersion, view, document: text });
    return Promise.resolve({ result: { $case: 'view', value } });
  },
} as unknown as ConstructorParameters<typeof Views>[0]['roomState'];

function subscriber(name: string): Subscriber {
  const one = new Subscriber(
    recordOf({ callId: name, viewer: { uri: `sip:${name}@x`, identities: [`sip:${name}@x`], systemRoles: [] } }),
  );
  watch.add(one);
  return one;
}

describe('documents of a room', () => {
  it('NOTIF-009 of those who see the same, one is asked for per version', async () => {
    const [ann, bob, cyd] = ['ann', 'bob', 'cyd'].map(subscriber);
    if (!ann || !bob || !cyd) throw new Error('no subscribers');
    for (const one of [ann, bob, cyd]) await views.of(one, watch);
    expect(asked).toEqual(['sip:ann@x', 'sip:bob@x', 'sip:cyd@x']);
    roomVersion = 2n;
    watch.version = 2n;
    for (const one of [ann, bob, cyd]) one.owe('change', 2n);
    const answers = await Promise.all([ann, bob, cyd].map((one) => views.of(one, watch)));
    expect(asked).toHaveLength(4);
    expect(new Set(answers.map((answer) => (answer.kind === 'view' ? answer.document : undefined))).size).toBe(1);
    expect(answers[0]).toMatchObject({ kind: 'view', document: { version: 2n } });
  });

  it('NOTIF-009 whoever asked for others may see something else by then: they ask for themselves', async () => {
    const [ann, bob] = ['ann', 'bob'].map(subscriber);
    if (!ann || !bob) throw new Error('no subscribers');
    await views.of(ann, watch);
    await views.of(bob, watch);
    viewOf.set('sip:ann@x', 'moderator');
    roomVersion = 2n;
    for (const one of [ann, bob]) one.owe('change', 2n);
    const [first, second] = await Promise.all([views.of(ann, watch), views.of(bob, watch)]);
    expect(first).toMatchObject({ kind: 'view', document: { view: 'moderator' } });
    expect(second).toMatchObject({ kind: 'view', document: { view: 'member' } });
    expect([ann.view, bob.view]).toEqual(['moderator', 'member']);
  });

  it('NOTIF-009 who is in doubt is asked for, whatever is known of the view', async () => {
    const ann = subscriber('ann');
    await views.of(ann, watch);
    viewOf.set('sip:ann@x', 'none');
    expect(await views.of(ann, watch)).toMatchObject({ kind: 'view' });
    ann.isViewCertain = false;
    expect(await views.of(ann, watch)).toEqual({ kind: 'refused', refusal: Refusal.FORBIDDEN });
  });

  it('EVT-023 a large document is not asked for again at once', async () => {
    text = `<conference-info>${' '.repeat(200_000)}</conference-info>`;
    const ann = subscriber('ann');
    await views.of(ann, watch);
    roomVersion = 2n;
    ann.owe('change', 2n);
    expect(await views.of(ann, watch)).toMatchObject({ document: { version: 1n } });
    clock.advance(1_100);
    expect(await views.of(ann, watch)).toMatchObject({ document: { version: 2n } });
  });

  it('room-state away: the doubt stays', async () => {
    const away = { document: () => Promise.reject(new Error('away')) } as unknown as typeof roomState;
    const ann = subscriber('ann');
    await expect(new Views({ roomState: away, clock }).of(ann, watch)).rejects.toThrow('away');
    expect(ann.isViewCertain).toBe(false);
  });

  it('EVT-001 asks with everything the user may be known by', async () => {
    const requests: GetDocumentRequest[] = [];
    const spy = {
      document: (request: GetDocumentRequest) => {
        requests.push(request);
        return roomState.document(request);
      },
    } as unknown as typeof roomState;
    const viewer = { uri: 'sip:a@x', identities: ['sip:a@x', 'tel:1'], systemRoles: ['administrator'] };
    await askForView({ $case: 'conferenceUri', value: 'sip:lobby@x' }, viewer, { roomState: spy, clock });
    expect(requests[0]).toMatchObject({
      key: { $case: 'conferenceUri', value: 'sip:lobby@x' },
      viewer: { uris: ['sip:a@x', 'tel:1'], systemRoles: ['administrator'] },
    });
  });
});
