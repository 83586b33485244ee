import { describe, expect, it } from 'vitest';
import type { SipRequest } from '../message.js';
import { responseTo } from '../response-to.js';
import { requestOf } from '../user-agent/testing.js';
import { applyResponse, createUacDialog, createUasDialog, type Dialog, receiveRequest } from './dialog.js';
import { dialogIdOf, dialogKey } from './dialog-id.js';
import { buildAck, buildDialogRequest } from './request.js';

const ROUTES = { 'Record-Route': '<sip:p2.example.com;lr>, <sip:p1.example.com:5080;lr;x=y>' };
const CONTACT = [['Contact', '<sip:lobby@192.0.2.2>;isfocus']] as const;

function uasDialog(headers: Record<string, string> = {}, secureTransport = false): Dialog {
  const made = createUasDialog(requestOf('INVITE', headers), { localTag: 'b1', state: 'confirmed', secureTransport });
  if (!made.ok) throw made.error;
  return made.value;
}

function uacDialog(headers: [string, string][], status = 200): Dialog {
  const request = requestOf('INVITE');
  const made = createUacDialog(request, responseTo(request, status, { toTag: 'b1', headers }), false);
  if (!made.ok) throw made.error;
  return made.value;
}

/** A request of the peer inside `uasDialog`. */
function theirs(method: string, sequence: number, headers: Record<string, string> = {}): SipRequest {
  return requestOf(method, { To: '<sip:lobby@example.com>;tag=b1', CSeq: `${sequence} ${method}`, ...headers });
}

describe('making a dialog', () => {
  it('SIP-019 as UAS: Record-Route in order, remote target from Contact, tags and CSeq', () => {
    expect(uasDialog(ROUTES)).toEqual({
      callId: 'call-1',
      localTag: 'b1',
      remoteTag: 'a1',
      state: 'confirmed',
      localAddress: '<sip:lobby@example.com>;tag=b1',
      remoteAddress: '"Alice" <sip:alice@example.com>;tag=a1',
      localSequence: null,
      remoteSequence: 1,
      remoteTarget: 'sip:alice@192.0.2.1:5060',
      routeSet: ['<sip:p2.example.com;lr>', '<sip:p1.example.com:5080;lr;x=y>'],
      secure: false,
    });
  });

  it('SIP-019 as UAC: Record-Route reversed', () => {
    const dialog = uacDialog([
      ['Record-Route', ROUTES['Record-Route']],
      ...CONTACT.map(([n, v]): [string, string] => [n, v]),
    ]);
    expect(dialog.routeSet).toEqual(['<sip:p1.example.com:5080;lr;x=y>', '<sip:p2.example.com;lr>']);
    expect(dialog).toMatchObject({ localTag: 'a1', remoteTag: 'b1', localSequence: 1, remoteSequence: null });
    expect(dialog.remoteTarget).toBe('sip:lobby@192.0.2.2');
  });

  it.each([
    ['no Contact', { Contact: '' }],
    ['two Contacts', { Contact: '<sip:a@b>, <sip:c@d>' }],
    ['Contact that is no SIP URI', { Contact: '<mailto:a@b>' }],
    ['unreadable Record-Route', { 'Record-Route': 'sip:p1.example.com' }],
  ])('SIP-019 %s: no dialog', (_what, headers) => {
    expect(
      createUasDialog(requestOf('INVITE', headers), { localTag: 'b', state: 'early', secureTransport: false }).ok,
    ).toBe(false);
  });

  it('SIP-035 sips over TLS makes a secure dialog, sip does not', () => {
    const request = { ...requestOf('INVITE'), requestUri: 'sips:lobby@example.com' };
    const made = createUasDialog(request, { localTag: 'b', state: 'early', secureTransport: true });
    expect(made.ok && made.value.secure).toBe(true);
    expect(uasDialog({}, true).secure).toBe(false);
  });

  it('SIP-022 a dialog survives JSON', () => {
    const dialog = uasDialog(ROUTES);
    const row = JSON.parse(JSON.stringify(dialog)) as Dialog;
    expect(row).toEqual(dialog);
    expect(buildDialogRequest(row, 'BYE').request).toEqual(buildDialogRequest(dialog, 'BYE').request);
  });

  it('SIP-019 an early dialog is confirmed by its 2xx, which gives routes and target anew', () => {
    const early = uacDialog([['Contact', '<sip:early@192.0.2.2>']], 180);
    expect(early.state).toBe('early');
    const request = requestOf('INVITE');
    const headers: [string, string][] = [
      ['Contact', '<sip:final@192.0.2.2>'],
      ['Record-Route', '<sip:p.example.com;lr>'],
    ];
    const confirmed = applyResponse(early, request, responseTo(request, 200, { toTag: 'b1', headers }));
    expect(confirmed.ok && confirmed.value).toMatchObject({
      state: 'confirmed',
      remoteTarget: 'sip:final@192.0.2.2',
      routeSet: ['<sip:p.example.com;lr>'],
    });
  });
});

describe('requests of the peer', () => {
  it('SIP-021 CSeq: lower or equal is 500, higher by any amount is taken', () => {
    const dialog = { ...uasDialog(), remoteSequence: 5 };
    for (const sequence of [1, 4, 5]) {
      const result = receiveRequest(dialog, theirs('BYE', sequence));
      expect(result).toEqual({ ok: false, error: { status: 500, error: undefined } });
    }
    for (const sequence of [6, 7, 1_000_000]) {
      const result = receiveRequest(dialog, theirs('BYE', sequence));
      expect(result.ok && result.value.remoteSequence).toBe(sequence);
    }
  });

  it('SIP-021 the first request of a UAC dialog sets the number', () => {
    const dialog = uacDialog([['Contact', '<sip:lobby@192.0.2.2>']]);
    const result = receiveRequest(dialog, theirs('BYE', 0));
    expect(result.ok && result.value.remoteSequence).toBe(0);
  });

  it.each(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY'])('SIP-020 %s replaces the remote target', (method) => {
    const result = receiveRequest(uasDialog(), theirs(method, 2, { Contact: '<sip:alice@198.51.100.7:1234>' }));
    expect(result.ok && result.value.remoteTarget).toBe('sip:alice@198.51.100.7:1234');
  });

  it.each(['BYE', 'INFO', 'MESSAGE'])('SIP-020 %s does not', (method) => {
    const result = receiveRequest(uasDialog(), theirs(method, 2, { Contact: '<sip:alice@198.51.100.7:1234>' }));
    expect(result.ok && result.value.remoteTarget).toBe('sip:alice@192.0.2.1:5060');
  });

  it('SIP-020 the route set never changes after the dialog was made', () => {
    const result = receiveRequest(
      uasDialog(ROUTES),
      theirs('INVITE', 2, { 'Record-Route': '<sip:other.example.com;lr>' }),
    );
    expect(result.ok && result.value.routeSet).toEqual(uasDialog(ROUTES).routeSet);
  });

  it('SIP-021 an unreadable Contact in a target refresh is 400', () => {
    expect(receiveRequest(uasDialog(), theirs('INVITE', 2, { Contact: '<sip:a@b>, <sip:c@d>' }))).toMatchObject({
      ok: false,
      error: { status: 400 },
    });
  });

  it('SIP-021 ACK carries the number of its INVITE and changes nothing', () => {
    const dialog = uasDialog();
    const result = receiveRequest(dialog, theirs('ACK', 1));
    expect(result.ok && result.value).toBe(dialog);
  });
});

describe('requests of ours', () => {
  it('SIP-020 tags swapped, CSeq one more each time, Route through loose routers', () => {
    const first = buildDialogRequest(uasDialog(ROUTES), 'BYE', {
      firstSequence: 100,
      headers: [['Reason', 'SIP;cause=200']],
    });
    expect([...first.request.headers]).toEqual([
      ['Max-Forwards', '70'],
      ['Route', '<sip:p2.example.com;lr>'],
      ['Route', '<sip:p1.example.com:5080;lr;x=y>'],
      ['From', '<sip:lobby@example.com>;tag=b1'],
      ['To', '"Alice" <sip:alice@example.com>;tag=a1'],
      ['Call-ID', 'call-1'],
      ['CSeq', '100 BYE'],
      ['Reason', 'SIP;cause=200'],
    ]);
    expect(first.request.requestUri).toBe('sip:alice@192.0.2.1:5060');
    expect(first.nextHop).toBe('sip:p2.example.com;lr');
    expect(buildDialogRequest(first.dialog, 'INVITE').request.headers.get('CSeq')).toBe('101 INVITE');
  });

  it('SIP-020 a strict router gets the request in its own name, the target goes to the end of the route', () => {
    const dialog = uasDialog({ 'Record-Route': '<sip:strict.example.com;method=INVITE?x=y>, <sip:p1.example.com;lr>' });
    const { request, nextHop } = buildDialogRequest(dialog, 'BYE');
    expect(request.requestUri).toBe('sip:strict.example.com');
    expect(nextHop).toBe('sip:strict.example.com');
    expect(request.headers.getAll('Route')).toEqual(['<sip:p1.example.com;lr>', '<sip:alice@192.0.2.1:5060>']);
  });

  it('SIP-020 without routes it goes straight to the target', () => {
    const { request, nextHop } = buildDialogRequest(uasDialog(), 'BYE');
    expect([request.requestUri, nextHop]).toEqual(Array(2).fill('sip:alice@192.0.2.1:5060'));
    expect(request.headers.has('Route')).toBe(false);
  });

  it('SIP-020 the ACK of a 2xx has the number of its INVITE and leaves the dialog alone', () => {
    const dialog = uacDialog([['Contact', '<sip:lobby@192.0.2.2>']]);
    expect(buildAck(dialog, 1).request.headers.get('CSeq')).toBe('1 ACK');
    expect(() => buildDialogRequest(dialog, 'ACK')).toThrow(TypeError);
    expect(() => buildDialogRequest({ ...dialog, localSequence: 2 ** 31 - 1 }, 'BYE')).toThrow(RangeError);
  });
});

describe('dialog identifiers', () => {
  it('SIP-021 local and remote depend on the side', () => {
    const request = theirs('BYE', 2);
    const ofRequest = dialogIdOf(request);
    expect(ofRequest).toEqual({ ok: true, value: { callId: 'call-1', localTag: 'b1', remoteTag: 'a1' } });
    const ofResponse = dialogIdOf(responseTo(request, 200));
    expect(ofResponse).toEqual({ ok: true, value: { callId: 'call-1', localTag: 'a1', remoteTag: 'b1' } });
    expect(dialogKey(uasDialog())).toBe('call-1 b1 a1');
  });

  it('SIP-021 a request outside every dialog has none', () => {
    expect(dialogIdOf(requestOf('INVITE'))).toEqual({ ok: true, value: undefined });
    expect(dialogIdOf(requestOf('INVITE', { From: '' })).ok).toBe(false);
  });
});
