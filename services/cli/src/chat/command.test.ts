import { describe, expect, it } from 'vitest';
import { readCommand } from './command.js';

describe('a typed line', () => {
  it.each([
    ['', { kind: 'nothing' }],
    ['   ', { kind: 'nothing' }],
    ['hello', { kind: 'say', text: 'hello' }],
    ['  indented', { kind: 'say', text: '  indented' }],
    ['//etc', { kind: 'say', text: '/etc' }],
    ['/msg bob hi there', { kind: 'tell', whom: 'bob', text: 'hi there' }],
    ['/MSG sip:bob@localhost hi', { kind: 'tell', whom: 'sip:bob@localhost', text: 'hi' }],
    ['/msg bob', { kind: 'unclear', cure: 'write /msg NAME text' }],
    ['/nick Ally the great ', { kind: 'nick', nickname: 'Ally the great' }],
    ['/nick', { kind: 'nick', nickname: '' }],
    ['/send a file.png', { kind: 'send', path: 'a file.png' }],
    ['/send', { kind: 'unclear', cure: 'write /send FILE' }],
    ['/who', { kind: 'who' }],
    ['/help', { kind: 'help' }],
    ['/leave', { kind: 'leave' }],
    ['/', { kind: 'unclear', cure: 'there is no /; /help lists what there is' }],
    ['/dance', { kind: 'unclear', cure: 'there is no /dance; /help lists what there is' }],
  ])('NICK-008 PRIV-001 %j is %j', (line, command) => {
    expect(readCommand(line)).toEqual(command);
  });
});
