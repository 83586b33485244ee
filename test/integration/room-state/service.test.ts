import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { EndpointCapabilities, LeaveCause } from '@plenary/proto/chat';
import {
  AccountServiceClient,
  DigestAlgorithm,
  NicknameResult,
  Refusal,
  RoomStateServiceClient,
  AdmitRequest,
  type AdmitResponse,
} from '@plenary/proto/roomstate';
import { openGrpcClient, unary } from '@plenary/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, type Installation, type Replica } from './replicas.js';

const deadline = { deadlineMs: 10_000 };
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the gRPC face in demo mode', () => {
  let installation: Installation;
  let replica: Replica;
  let client: RoomStateServiceClient;
  let accounts: AccountServiceClient;
  beforeAll(async () => {
    installation = await install('memory');
    replica = await installation.start({ PLENARY_DEMO: 'true', ROOM_STATE_ROOMS_PER_USER_MAX: '2' });
    client = openGrpcClient(RoomStateServiceClient, replica.server.address);
    accounts = openGrpcClient(AccountServiceClient, replica.server.address);
  });
  afterAll(async () => {
    client.close();
    accounts.close();
    await installation.close();
  });

  const request = (conferenceUri: string, user: string, change: Partial<AdmitRequest> = {}): AdmitRequest => ({
    ...AdmitRequest.fromPartial({ conferenceUri, userUri: `sip:${user}@localhost` }),
    capabilities: EndpointCapabilities.fromPartial({ acceptTypes: ['message/cpim'], chatroom: true }),
    ...change,
  });
  const admit = (asked: AdmitRequest): Promise<AdmitResponse> => unary(client, client.admit, asked, deadline);
  const refusal = async (asked: AdmitRequest): Promise<Refusal | undefined> => {
    const { result } = await admit(asked);
    return result?.$case === 'refused' ? result.value : undefined;
  };
  const credential = (username: string, algorithm: DigestAlgorithm, realm = 'localhost') =>
    unary(client, client.getCredential, { username, realm, algorithm }, deadline);

  it('AUTH-016 a join from Admit to Leave hands the focus what edge and roster need', async () => {
    const { result } = await admit(request('sip:lobby@localhost', 'alice', { identities: ['tel:+123'] }));
    if (result?.$case !== 'admitted') throw new Error('refused');
    const { room, participant, chatId, seatSeconds } = result.value;
    if (room === undefined || participant === undefined) throw new Error('nothing told');
    expect(chatId).toMatch(/^[0-9a-z]{12}$/);
    expect(seatSeconds).toBe(64);
    expect(room).toMatchObject({ conferenceUri: 'sip:lobby@localhost', displayText: 'Lobby', epoch: 1 });
    expect(room.policy).toMatchObject({ logged: false, nicknames: true, privateMessages: true });
    expect(participant).toMatchObject({
      userId: 'xcon-userid:alice@localhost',
      entity: 'sip:alice@localhost',
      identities: ['sip:alice@localhost', 'tel:+123'],
      roles: ['participant'],
    });
    expect(participant.endpoints.map((endpoint) => endpoint.chatId)).toEqual([chatId]);
    const at = { requestId: '', room: room.room, chatId };
    const joined = await unary(client, client.join, { ...at, edgeId: 'edge-1-abc123' }, deadline);
    expect(joined).toEqual({ joined: true, version: room.version + 1n });
    const claimed = await unary(client, client.claimNickname, { ...at, nickname: '  Ann  ' }, deadline);
    expect(claimed).toMatchObject({ result: NicknameResult.OK, nickname: 'Ann' });
    const capabilities = EndpointCapabilities.fromPartial({ direction: 3, maxSizeBytes: 77n });
    expect((await unary(client, client.updateCapabilities, { ...at, capabilities }, deadline)).existed).toBe(true);
    const got = await unary(
      client,
      client.getRoom,
      { key: { $case: 'conferenceUri', value: 'sip:lobby@LOCALHOST:5060;transport=tcp' } },
      deadline,
    );
    expect(got.room?.roster).toHaveLength(1);
    const other = (await admit(request('sip:lobby@localhost', 'second'))).result;
    // An entry costs the same however many are in the room: who is there, GetRoom tells.
    expect(other?.$case === 'admitted' && other.value.room?.roster).toEqual([]);
    expect(got.room?.roster[0]?.endpoints).toMatchObject([{ chatId, edgeId: 'edge-1-abc123', capabilities }]);
    const resolved = await unary(client, client.resolve, { room: room.room, uri: 'tel:+1-23' }, deadline);
    expect(resolved.participant?.pid).toBe(participant.pid);
    const gone = await unary(client, client.leave, { ...at, cause: LeaveCause.DEPARTED }, deadline);
    expect(gone.existed).toBe(true);
    expect((await unary(client, client.leave, { ...at, cause: LeaveCause.DEPARTED }, deadline)).existed).toBe(false);
  });

  it('NICK-002 NICK-003 NICK-004 NICK-005 NICK-008 each refusal of a nickname has its own answer', async () => {
    const { result } = await admit(request('sip:lobby@localhost', 'nick'));
    if (result?.$case !== 'admitted') throw new Error('refused');
    const at = { requestId: '', room: result.value.room?.room ?? '', chatId: result.value.chatId };
    const claim = async (nickname: string): Promise<NicknameResult> =>
      (await unary(client, client.claimNickname, { ...at, nickname }, deadline)).result;
    expect(await claim('early')).toBe(NicknameResult.NO_SUCH_ENDPOINT);
    await unary(client, client.join, { ...at, edgeId: 'edge-1-abc123' }, deadline);
    expect(await claim('tab\there')).toBe(NicknameResult.MALFORMED);
    expect(await claim('   ')).toBe(NicknameResult.MALFORMED);
    expect(await claim('x'.repeat(1024))).toBe(NicknameResult.MALFORMED);
    expect(await claim('x'.repeat(1023))).toBe(NicknameResult.OK);
    expect(await claim('AnonymouS')).toBe(NicknameResult.RESERVED);
    expect(await claim('')).toBe(NicknameResult.OK);
    expect(await claim('')).toBe(NicknameResult.OK);
  });

  it('ROOM-001 the demo rooms: council is for its members, minutes is logged and says so', async () => {
    expect(await refusal(request('sip:council@localhost', 'mallory'))).toBe(Refusal.FORBIDDEN);
    const { result } = await admit(request('sip:council@localhost', 'alice'));
    expect(result?.$case === 'admitted' && result.value.participant?.roles).toEqual(['moderator', 'participant']);
    const minutes = await admit(request('sip:minutes@localhost', 'mallory'));
    const policy = minutes.result?.$case === 'admitted' ? minutes.result.value.room?.policy : undefined;
    expect(policy).toMatchObject({ logged: true });
    expect(policy?.loggingNotice).not.toBe('');
    const { rooms } = await unary(client, client.listRooms, { limit: 2, after: '' }, deadline);
    expect(rooms).toHaveLength(2);
    const rest = await unary(client, client.listRooms, { limit: 100, after: rooms[1]?.room ?? '' }, deadline);
    expect([...rooms, ...rest.rooms].map((room) => room.displayText)).toEqual(
      expect.arrayContaining(['Lobby', 'Minutes', 'Council']),
    );
  });

  it('ROOM-001 ROOM-005 a URI of elsewhere is unknown, and one user makes no more rooms than allowed', async () => {
    expect(await refusal(request('sip:lobby@example.com', 'maker'))).toBe(Refusal.UNKNOWN_ROOM);
    expect(await refusal(request('tel:+123', 'maker'))).toBe(Refusal.UNKNOWN_ROOM);
    expect(await refusal(request('sip:own1@localhost', 'maker'))).toBeUndefined();
    expect(await refusal(request('sip:own2@localhost', 'maker'))).toBeUndefined();
    expect(await refusal(request('sip:own3@localhost', 'maker'))).toBe(Refusal.QUOTA);
    expect(await refusal(request('sip:own1@localhost', 'maker'))).toBeUndefined();
  });

  it('what breaks the contract is INVALID_ARGUMENT, never a change', async () => {
    const join = (room: string, chatId: string, edgeId: string): Promise<unknown> =>
      unary(client, client.join, { requestId: '', room, chatId, edgeId }, deadline);
    const invalid = { code: status.INVALID_ARGUMENT };
    await expect(join('chat.in.*', 'aaaaaaaaaaaa', 'e')).rejects.toMatchObject(invalid);
    await expect(join('01HZZZZZZZZZZZZZZZZZZZZZZZ', 'a', 'e')).rejects.toMatchObject(invalid);
    await expect(join('01HZZZZZZZZZZZZZZZZZZZZZZZ', 'aaaaaaaaaaaa', 'e.>')).rejects.toMatchObject(invalid);
    await expect(admit(request('sip:lobby@localhost', 'x', { userUri: 'nobody' }))).rejects.toMatchObject(invalid);
    await expect(
      admit(request('sip:lobby@localhost', 'x', { identities: Array.from({ length: 99 }, () => 'sip:a@b') })),
    ).rejects.toMatchObject(invalid);
    await expect(unary(client, client.getRoom, { key: undefined }, deadline)).rejects.toMatchObject(invalid);
    expect(await join('01HZZZZZZZZZZZZZZZZZZZZZZZ', 'aaaaaaaaaaaa', 'e')).toEqual({ joined: false, version: 0n });
  });

  it('accounts keep H(A1) for the domain, not the password; demo users need none', async () => {
    expect(await credential('u17', DigestAlgorithm.SHA256)).toMatchObject({
      found: true,
      ha1: sha256('u17:localhost:u17'),
      identities: ['sip:u17@localhost'],
    });
    expect((await credential('u17', DigestAlgorithm.MD5, 'elsewhere')).found).toBe(false);
    expect((await credential('no such', DigestAlgorithm.MD5)).found).toBe(false);
    await unary(
      accounts,
      accounts.putAccount,
      { requestId: '', username: 'dora', password: 'sesame', identities: ['tel:+99'], systemRoles: ['operator'] },
      deadline,
    );
    expect(await credential('dora', DigestAlgorithm.MD5)).toEqual({
      found: true,
      ha1: md5('dora:localhost:sesame'),
      identities: ['sip:dora@localhost', 'tel:+99'],
      systemRoles: ['operator'],
    });
    const row = await replica.context.database.pool.query('select a::text as text from room_state.accounts a');
    expect(JSON.stringify(row.rows)).not.toContain('sesame');
    const listed = await unary(accounts, accounts.listAccounts, { limit: 0, after: '' }, deadline);
    expect(listed.accounts.map(({ username }) => username)).toEqual(['dora']);
    expect((await unary(accounts, accounts.deleteAccount, { requestId: '', username: 'dora' }, deadline)).existed).toBe(
      true,
    );
    expect((await credential('dora', DigestAlgorithm.MD5)).ha1).toBe(md5('dora:localhost:dora'));
  });

  it('demo mode refuses to listen to anybody outside', async () => {
    const start = installation.start({ PLENARY_DEMO: 'true', ROOM_STATE_GRPC_HOST: '0.0.0.0' });
    await expect(start).rejects.toThrow('ROOM_STATE_GRPC_HOST is 0.0.0.0');
  });

  it('outside demo mode an unknown user has no credential, and there are no demo rooms', async () => {
    const other = await install('memory');
    try {
      const strict = await other.start({ ROOM_STATE_AD_HOC_ROOMS: 'false' });
      const strictClient = openGrpcClient(RoomStateServiceClient, strict.server.address);
      const asked = { username: 'alice', realm: 'localhost', algorithm: DigestAlgorithm.SHA256 };
      expect((await unary(strictClient, strictClient.getCredential, asked, deadline)).found).toBe(false);
      const { result } = await unary(
        strictClient,
        strictClient.admit,
        request('sip:lobby@localhost', 'alice'),
        deadline,
      );
      expect(result).toEqual({ $case: 'refused', value: Refusal.UNKNOWN_ROOM });
      strictClient.close();
    } finally {
      await other.close();
    }
  });
});
