import { describe, expect, it } from 'vitest';
import { requestOf } from '../signalling/testing.js';
import { notifyFormOf } from './notify-form.js';

const legacy = 'application/conference-info+xml';
const xcon = 'application/xcon-conference-info+xml';
const diff = 'application/xcon-conference-info-diff+xml';

describe('what a subscriber is sent', () => {
  it.each([
    ['EVT-002 no Accept: the default of the package', undefined, 'legacy'],
    ['NOTIF-002 its own type', legacy, 'legacy'],
    ['NOTIF-002 a range says nothing of XCON', '*/*', 'legacy'],
    ['NOTIF-002 a narrower range', 'application/*', 'legacy'],
    ['NOTIF-001 XCON where it is named', `${legacy}, ${xcon}`, 'xcon'],
    ['NOTIF-001 XCON alone', xcon, 'xcon'],
    ['NOTIF-004 differences where they are named too', `${legacy}, ${xcon}, ${diff}`, 'xcon-diff'],
    ['NOTIF-003 differences are nothing without whole documents', `${legacy}, ${diff}`, 'legacy'],
    ['NOTIF-001 XCON refused by q=0', `${legacy}, ${xcon};q=0`, 'legacy'],
    ['EVT-002 what cannot be read counts as absent', 'nonsense', 'legacy'],
    ['EVT-002 another type: 406', 'application/pidf+xml', undefined],
    ['EVT-002 differences alone: 406', diff, undefined],
    ['EVT-002 nothing at all: 406', '', undefined],
  ])('%s', (_title, accept, form) => {
    expect(notifyFormOf(requestOf('SUBSCRIBE', accept === undefined ? {} : { Accept: accept }))).toBe(form);
  });
});
