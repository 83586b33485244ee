import { JoinFailure } from '@plenary/client';
import { describe, expect, it } from 'vitest';
import { joinFailureText, nicknameFailureText, sendFailureText } from './status-text.js';

describe('what a refusal says', () => {
  it('NICK-003 NICK-004 names the status and the cure', () => {
    expect(nicknameFailureText(425)).toBe('425 Nickname reserved or already in use – choose another: /nick …');
    expect(nicknameFailureText(424)).toMatch(/^424 Malformed nickname/);
    expect(nicknameFailureText(499)).toBe('499 refused');
  });

  it('PRIV-002 PRIV-004 CHAT-001 RPT-020 tells why a message did not get through', () => {
    expect(sendFailureText(404)).toMatch(/^404 Failure to resolve recipient's URI/);
    expect(sendFailureText(428)).toMatch(/^428 Private messages not supported/);
    expect(sendFailureText('timeout')).toMatch(/may or may not/);
    expect(sendFailureText(499)).toBe('499 refused');
  });

  it('ROOM-001 AUTH-007 tells why somebody is not in the room', () => {
    const room = 'sip:lobby@localhost';
    expect(joinFailureText(new JoinFailure('refused', 486, '486 Busy Here'), room)).toBe(
      'sip:lobby@localhost: 486 Busy Here – the room is full or you are in it already; try again later',
    );
    expect(joinFailureText(new JoinFailure('network', 408, 'no answer from 127.0.0.1:5060'), room)).toMatch(
      /^no answer from 127\.0\.0\.1:5060: is the server running\? Start it with npm start/,
    );
  });
});
