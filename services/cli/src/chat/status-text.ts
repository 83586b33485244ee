import type { JoinFailure, SendOutcome } from '@plenary/client';

type Failure = Extract<SendOutcome, { kind: 'failed' }>['failure'];

const sendTexts: Readonly<Record<number, string>> = {
  400: '400 Bad Request – the room could not read it',
  403: '403 Forbidden – the room does not take this from you',
  404: "404 Failure to resolve recipient's URI – nobody of that address is here; /who shows who is",
  408: '408 – the room did not take it in time',
  413: '413 Message too large – send something smaller',
  415: '415 Media type not supported – this room does not take that kind of file',
  428: '428 Private messages not supported – the other side cannot take them',
  481: '481 No such session – the room no longer knows this connection',
  506: '506 Session already in use – the seat is taken by another connection',
};

const sendReasons: Readonly<Record<Exclude<Failure, number>, string>> = {
  timeout: 'no answer in time: it may or may not have arrived',
  closed: 'the connection is gone',
  aborted: 'given up',
  'queue-full': 'too much is under way already; try again in a moment',
  duplicate: 'it is under way already',
  'type-refused': 'the room has refused that kind of content before',
};

/** Why a message did not get through, with what to do about it where there is something. */
export function sendFailureText(failure: Failure): string {
  return typeof failure === 'number' ? (sendTexts[failure] ?? `${failure} refused`) : sendReasons[failure];
}

const nicknameTexts: Readonly<Record<number, string>> = {
  403: '403 Forbidden – this room has no nicknames',
  423: '425 Nickname reserved or already in use – choose another: /nick …',
  424: '424 Malformed nickname – no name can be made of this; choose another: /nick …',
  425: '425 Nickname reserved or already in use – choose another: /nick …',
};

/** Why there is no new nickname. */
export function nicknameFailureText(status: number | 'timeout' | 'not-possible'): string {
  if (status === 'timeout') return 'no answer in time; try again';
  if (status === 'not-possible') return 'not now: the last request is still open, or the connection is gone';
  return nicknameTexts[status] ?? `${status} refused`;
}

const joinCures: Readonly<Record<number, string>> = {
  401: 'wrong user name or password (in the demo the password is the name)',
  403: 'you may not enter this room, or too many wrong passwords came from here',
  404: 'there is no such room here',
  408: 'the server is too slow or the room does not answer; try again',
  480: 'the room is not open now',
  486: 'the room is full or you are in it already; try again later',
  488: 'client and room have no way of talking in common',
  500: 'something failed in the server; try again',
  503: 'the server takes nobody now; try again in a moment',
};

/** One line for somebody who did not get in. */
export function joinFailureText(failure: JoinFailure, room: string): string {
  const cure = failure.status === undefined ? undefined : joinCures[failure.status];
  switch (failure.origin) {
    case 'network':
      return `${failure.message}: is the server running? Start it with npm start, or say where it is with --server`;
    case 'media':
      return `let in, but no connection for messages: ${failure.message}`;
    case 'refused':
      return `${room}: ${failure.message}${cure === undefined ? '' : ` – ${cure}`}`;
    default:
      return failure.origin satisfies never;
  }
}
