import { LeaveCause } from '@plenary/proto/chat';
import { readXml, type XmlElement } from '@plenary/wire/xml';
import { formatDocument, namespaces } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { Departures, withDepartures } from './departures.js';

function room(users: Readonly<Record<string, Readonly<Record<string, string>>>>): XmlElement {
  const list = Object.entries(users).map(([user, endpoints]) => {
    const inner = Object.entries(endpoints).map(
      ([entity, status]) =>
        `<endpoint entity="${entity}"><status>${status}</status><joining-method>${entity.startsWith('out') ? 'dialed-out' : 'dialed-in'}</joining-method><media id="1"><type>message</type></media></endpoint>`,
    );
    return `<user entity="${user}"><display-text>${user}</display-text>${inner.join('')}</user>`;
  });
  const read = readXml(`<conference-info xmlns="${namespaces.info}"><users>${list.join('')}</users></conference-info>`);
  if (!read.ok) throw read.error;
  return read.value.root;
}
const told = (earlier: XmlElement, later: XmlElement, departures: Departures): string | undefined => {
  const document = withDepartures(earlier, later, departures, 0);
  return document && formatDocument(document);
};

describe('how somebody left', () => {
  it.each([
    [LeaveCause.DEPARTED, 'departed'],
    [LeaveCause.BOOTED, 'booted'],
    [LeaveCause.FAILED, 'failed'],
    [LeaveCause.REPLACED, 'booted'],
    [LeaveCause.CLOSED, 'booted'],
  ])('EVT-019 cause %s is %s', (cause, method) => {
    const departures = new Departures();
    departures.left('c1', cause, Date.UTC(2026, 10, 29, 12, 0, 1, 500));
    const text = told(
      room({ ann: { c1: 'connected' }, bob: { c2: 'connected' } }),
      room({ bob: { c2: 'connected' } }),
      departures,
    );
    expect(text).toContain(
      `<user entity="ann"><display-text>ann</display-text><endpoint entity="c1"><status>disconnected</status><joining-method>dialed-in</joining-method><disconnection-method>${method}</disconnection-method><disconnection-info><when>2026-11-29T12:00:01Z</when></disconnection-info></endpoint></user>`,
    );
    expect(text).toContain(
      '<user entity="bob"><display-text>bob</display-text><endpoint entity="c2"><status>connected</status>',
    );
  });

  it('EVT-019 one of two devices: the other stays as it is', () => {
    const departures = new Departures();
    departures.left('c1', LeaveCause.DEPARTED, 0);
    const text = told(
      room({ ann: { c1: 'connected', c2: 'connected' } }),
      room({ ann: { c2: 'connected' } }),
      departures,
    );
    expect(text?.indexOf('entity="c2"><status>connected')).toBeGreaterThan(0);
    expect(text?.indexOf('entity="c1"><status>disconnected')).toBeGreaterThan(0);
  });

  it('EVT-019 a call nobody answered has failed, or was busy where that is known', () => {
    const calling = room({ ann: { 'sip:ann@x': 'dialing-out' } });
    const departures = new Departures();
    expect(told(calling, room({}), departures)).toContain('<disconnection-method>failed<');
    departures.note('sip:ann@x', { method: 'busy', atMs: 0 });
    expect(told(calling, room({}), departures)).toContain('<disconnection-method>busy<');
    expect(told(calling, room({ ann: { 'out-1': 'connected' } }), departures)).toBeUndefined();
  });

  it('is told once: who is told as disconnected is then gone', () => {
    const departures = new Departures();
    departures.left('c1', LeaveCause.DEPARTED, 0);
    expect(told(room({ ann: { c1: 'disconnected' } }), room({}), departures)).toBeUndefined();
  });

  it('says nothing of whom nothing is known', () => {
    const departures = new Departures();
    departures.left('c9', LeaveCause.UNSPECIFIED, 0);
    expect(told(room({ ann: { c9: 'connected' }, bob: { c8: 'pending' } }), room({}), departures)).toBeUndefined();
    expect(departures.of('c9')).toBeUndefined();
  });

  it('remembers so many', () => {
    const departures = new Departures();
    for (let n = 0; n < 10_001; n++) departures.left(`c${String(n)}`, LeaveCause.DEPARTED, n);
    expect(departures.of('c0')).toBeUndefined();
    expect(departures.of('c10000')).toEqual({ method: 'departed', atMs: 10_000 });
  });
});
