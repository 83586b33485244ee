import { PassThrough } from 'node:stream';
import { type CcmpContext, ccmpSettings, type CcmpServer, createContext, createServer } from '@plenary/ccmp';
import { readSettings } from '@plenary/config';
import {
  EraseResponse,
  type HistoryServiceServer,
  HistoryServiceService,
  QueryResponse,
  ReadResponse,
  type EraseRequest,
  type ReadRequest,
} from '@plenary/proto/history';
import {
  AuthenticateResponse,
  type AuthenticateRequest,
  type ConferenceServiceServer,
  ConferenceServiceService,
  GetDocumentResponse,
  type Identity,
  type ListObjectsRequest,
  ListObjectsResponse,
  type PerformRequest,
  PerformResponse,
} from '@plenary/proto/roomstate';
import { type Clock, type GrpcServer, handler, startGrpcServer } from '@plenary/service';
import { createTelemetry } from '@plenary/telemetry';

/** What the doubles of room-state and history answer; a test replaces what it needs. */
export interface Script {
  authenticate(request: AuthenticateRequest): Promise<Partial<AuthenticateResponse>> | Partial<AuthenticateResponse>;
  perform(request: PerformRequest): Promise<Partial<PerformResponse>> | Partial<PerformResponse>;
  listObjects(request: ListObjectsRequest): Promise<Partial<ListObjectsResponse>> | Partial<ListObjectsResponse>;
  read(request: ReadRequest): Promise<Partial<ReadResponse>> | Partial<ReadResponse>;
  erase(request: EraseRequest): Promise<Partial<EraseResponse>> | Partial<EraseResponse>;
}

/** Every question the doubles were asked, in order. */
export type Asked = { [K in keyof Script]: Parameters<Script[K]>[0][] };

/** A ccmp with doubles of room-state and history behind it, all over real sockets. */
export interface Installation {
  readonly context: CcmpContext;
  readonly server: CcmpServer;
  /** Of the CCMP resource, `http://127.0.0.1:1234/ccmp`. */
  readonly url: string;
  readonly asked: Asked;
  script: Script;
  /** Log lines so far. */
  readonly logged: string[];
  /** Ends the doubles: nobody answers ccmp any more. */
  cutOff(): Promise<void>;
  stop(): Promise<void>;
}

export const alice = 'xcon-userid:alice@localhost';
export const alicesSubject = { username: 'alice', password: 'alice' };

/** Who proves an identity here: the password is the name, an assertion is believed for alice. */
export function identityOf(username: string): Identity {
  return {
    username,
    uris: [`sip:${username}@localhost`],
    systemRoles: [],
    userIds: [`xcon-userid:${username}@localhost`],
  };
}

function defaultScript(): Script {
  return {
    authenticate({ proof }) {
      const name =
        proof?.$case === 'password'
          ? proof.value.password === proof.value.username
            ? proof.value.username
            : ''
          : proof?.$case === 'assertion'
            ? proof.value.username || (/^(?:sip|mailto):([^@]+)@/.exec(proof.value.uri)?.[1] ?? '')
            : '';
      return name === '' ? { authenticated: false } : { authenticated: true, identity: identityOf(name) };
    },
    perform: (request) => ({ code: 200, object: request.object, version: 1n }),
    listObjects: () => ({ code: 200 }),
    read: () => ({}),
    erase: () => ({}),
  };
}

/** Starts one on free ports. `env` goes over what the doubles need. */
export async function startInstallation(
  env: Readonly<Record<string, string>> = {},
  options: { readonly clock?: Clock } = {},
): Promise<Installation> {
  const asked: Asked = { authenticate: [], perform: [], listObjects: [], read: [], erase: [] };
  const logged: string[] = [];
  const telemetry = createTelemetry({
    service: 'ccmp',
    hashKey: 'a key for tests only',
    level: 'debug',
    stream: new PassThrough().on('data', (line: Buffer) => logged.push(line.toString('utf8'))),
  });
  const held: { script: Script } = { script: defaultScript() };
  const doubles = await startDoubles(asked, () => held.script, telemetry.logger('doubles'));
  const settings = readSettings(ccmpSettings, {
    CCMP_HTTP_PORT: '0',
    CCMP_HTTPS_PORT: '0',
    CCMP_ROOM_STATE_ADDRESS: doubles.address,
    CCMP_HISTORY_ADDRESS: doubles.address,
    CCMP_AUTHENTICATION_MEMORY_MS: '0',
    ...env,
  });
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  const context = createContext(settings.value, { telemetry, clock: options.clock });
  const server = createServer(context);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    await doubles.drain(0);
    throw error;
  }
  const { httpPort } = server;
  return {
    context,
    server,
    url: `http://127.0.0.1:${String(httpPort)}/ccmp`,
    asked,
    logged,
    get script() {
      return held.script;
    },
    set script(script) {
      held.script = script;
    },
    cutOff: () => doubles.drain(0),
    async stop() {
      await server.stop();
      await doubles.drain(0);
      await telemetry.shutdown();
    },
  };
}

function startDoubles(
  asked: Asked,
  script: () => Script,
  logger: Parameters<typeof startGrpcServer>[0]['logger'],
): Promise<GrpcServer> {
  const conferences: ConferenceServiceServer = {
    authenticate: handler(async (request) => {
      asked.authenticate.push(request);
      return AuthenticateResponse.fromPartial(await script().authenticate(request));
    }),
    perform: handler(async (request) => {
      asked.perform.push(request);
      return PerformResponse.fromPartial(await script().perform(request));
    }),
    listObjects: handler(async (request) => {
      asked.listObjects.push(request);
      return ListObjectsResponse.fromPartial(await script().listObjects(request));
    }),
    getDocument: handler(() => Promise.resolve(GetDocumentResponse.fromPartial({}))),
  };
  const history: HistoryServiceServer = {
    query: handler(() => Promise.resolve(QueryResponse.fromPartial({}))),
    read: handler(async (request) => {
      asked.read.push(request);
      return ReadResponse.fromPartial(await script().read(request));
    }),
    erase: handler(async (request) => {
      asked.erase.push(request);
      return EraseResponse.fromPartial(await script().erase(request));
    }),
  };
  return startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [
      [ConferenceServiceService, conferences],
      [HistoryServiceService, history],
    ],
    logger,
  });
}
