import {
  type AdmitRequest,
  type AdmitResponse,
  type DialogName,
  type DigestAlgorithm,
  NicknameResult,
  type RoomStateServiceServer,
} from '@plenary/proto/roomstate';
import { handler } from '@plenary/service';
import type { Credential } from '../accounts.js';
import type { Change, Rooms } from '../rooms.js';
import { faultOf, nicknameResultOf, refusalOf } from './answers.js';
import {
  capabilitiesOf,
  chatIdOf,
  edgeIdOf,
  invalid,
  limits,
  listWithin,
  pageSize,
  roomIdOf,
  within,
} from './limits.js';

export type FindCredential = (asked: {
  readonly username: string;
  readonly realm: string;
  readonly algorithm: DigestAlgorithm;
}) => Promise<Credential | undefined>;

/** The gRPC face of the rooms: checks what came, asks, and words the answer. */
export function roomStateService(rooms: Rooms, findCredential: FindCredential): RoomStateServiceServer {
  return {
    getCredential: handler(async (request) => {
      const found = await told(findCredential(request));
      if (found === undefined) return { found: false, ha1: '', identities: [], systemRoles: [] };
      return { found: true, ha1: found.ha1, identities: [...found.identities], systemRoles: [...found.systemRoles] };
    }),
    admit: handler((request) => admit(rooms, request)),
    join: handler(async ({ room, chatId, edgeId }) => {
      const change = await told(rooms.join(roomIdOf(room), chatIdOf(chatId), edgeIdOf(edgeId)));
      return { joined: change.kind === 'done', version: versionOf(change) };
    }),
    leave: handler(async ({ room, chatId, cause }) => {
      const change = await told(rooms.leave(roomIdOf(room), chatIdOf(chatId), cause));
      return { existed: change.kind === 'done', version: versionOf(change) };
    }),
    claimNickname: handler(async ({ room, chatId, nickname, requestId }) => {
      const asked = within('nickname', nickname, limits.nicknameLength);
      const id = within('request_id', requestId, limits.requestIdLength);
      const claim = await told(rooms.claimNickname(roomIdOf(room), chatIdOf(chatId), asked, id));
      return claim.change.kind === 'done'
        ? { result: NicknameResult.OK, nickname: claim.nickname, version: claim.change.version }
        : { result: nicknameResultOf(claim.change.code), nickname: '', version: 0n };
    }),
    updateCapabilities: handler(async ({ room, chatId, capabilities, requestId }) => {
      const id = within('request_id', requestId, limits.requestIdLength);
      const change = await told(
        rooms.updateCapabilities(roomIdOf(room), chatIdOf(chatId), capabilitiesOf(capabilities), id),
      );
      return { existed: change.kind === 'done', version: versionOf(change) };
    }),
    reportCall: handler(async ({ room, callId, failure, requestId }) => {
      within('request_id', requestId, limits.requestIdLength);
      const change = await told(
        rooms.reportCall(roomIdOf(room), within('call_id', callId, limits.requestIdLength), failure),
      );
      return { existed: change.kind === 'done' };
    }),
    resolve: handler(async ({ room, uri }) => {
      const participant = await told(rooms.resolve(roomIdOf(room), within('uri', uri, limits.uriLength)));
      return { found: participant !== undefined, participant };
    }),
    getRoom: handler(async ({ key }) => {
      if (key === undefined) throw invalid('neither room nor conference_uri is given');
      const room = await told(
        rooms.view(key.$case === 'room' ? { room: roomIdOf(key.value) } : { conferenceUri: key.value }),
      );
      return { found: room !== undefined, room };
    }),
    listRooms: handler(async ({ limit, after }) => {
      if (after !== '') roomIdOf(after);
      return { rooms: await told(rooms.list(after, pageSize(limit))) };
    }),
  };
}

async function admit(rooms: Rooms, request: AdmitRequest): Promise<AdmitResponse> {
  const identities = listWithin('identities', request.identities, limits.identities, limits.uriLength);
  const answer = await told(
    rooms.admit({
      requestId: within('request_id', request.requestId, limits.requestIdLength),
      conferenceUri: within('conference_uri', request.conferenceUri, limits.uriLength),
      userUri: within('user_uri', request.userUri, limits.uriLength),
      identities,
      displayName: within('display_name', request.displayName, limits.displayNameLength),
      capabilities: capabilitiesOf(request.capabilities),
      systemRoles: listWithin('system_roles', request.systemRoles, limits.systemRoles, limits.displayNameLength),
      password:
        request.password === undefined ? undefined : within('password', request.password, limits.passwordLength),
      contact: within('contact', request.contact, limits.uriLength),
      label: within('label', request.label, limits.labelLength),
      callId: within('call_id', request.callId, limits.requestIdLength),
      pendingChatId: request.pendingChatId === '' ? '' : chatIdOf(request.pendingChatId),
      dialog: dialogOf(request.dialog),
      unauthenticated: request.unauthenticated,
    }),
  );
  switch (answer.kind) {
    case 'refused':
      return { result: { $case: 'refused', value: refusalOf(answer.code) } };
    case 'pending': {
      const { room, chatId, shard } = answer;
      return { result: { $case: 'pending', value: { room, chatId, shard } } };
    }
    case 'moved': {
      const { conferenceUri, xconUri } = answer;
      return { result: { $case: 'moved', value: { conferenceUri, xconUri } } };
    }
    case 'admitted': {
      const { room, participant, chatId, seatMs } = answer;
      const seatSeconds = Math.floor(seatMs / 1000);
      return { result: { $case: 'admitted', value: { room, participant, chatId, seatSeconds } } };
    }
    default:
      return answer satisfies never;
  }
}

/** Names of a dialog that are longer than one may be are left out: they are shown, and nothing hangs on them. */
function dialogOf(dialog: DialogName | undefined): DialogName | undefined {
  if (dialog === undefined) return undefined;
  const { callId, localTag, remoteTag } = dialog;
  return [callId, localTag, remoteTag].some((name) => name.length > limits.uriLength) ? undefined : dialog;
}

function versionOf(change: Change): bigint {
  return change.kind === 'done' ? change.version : 0n;
}

async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw faultOf(error);
  }
}
