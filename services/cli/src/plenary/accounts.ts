import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { type Account, AccountServiceClient } from '@plenary/proto/roomstate';
import {
  type InternalIdentity,
  type InternalTlsValues,
  openGrpcClient,
  openInternalIdentity,
  RpcError,
  StartError,
  towards,
  unary,
} from '@plenary/service';
import { NotReachable, Refused, UsageFault } from './failures.js';

/** An account as it is put. */
export interface NewAccount {
  readonly username: string;
  readonly password: string;
  /** URIs the account may use beside its address of record. */
  readonly identities: readonly string[];
  readonly systemRoles: readonly string[];
}

/** The accounts of the system, which room-state keeps. */
export interface Accounts {
  put(account: NewAccount): Promise<void>;
  /** False: there was none. */
  remove(username: string): Promise<boolean>;
  /** All of them, by name. */
  list(): Promise<readonly Account[]>;
  find(username: string): Promise<Account | undefined>;
  close(): void;
}

const pageSize = 500;

/** Over gRPC, opened with the first question, which throws `UsageFault` where the settings of TLS are wrong. */
export function grpcAccounts(
  address: string,
  { timeoutMs, internal }: { readonly timeoutMs: number; readonly internal: InternalTlsValues },
): Accounts {
  let identity: InternalIdentity | undefined;
  let opened: AccountServiceClient | undefined;
  const client = (): AccountServiceClient => {
    if (opened !== undefined) return opened;
    identity = identityOf(internal, address);
    return (opened = openGrpcClient(AccountServiceClient, address, { tls: towards(identity, 'room-state') }));
  };
  const options = { deadlineMs: timeoutMs };
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw failureOf(error, address);
    }
  };
  const page = async (after: string, limit: number): Promise<readonly Account[]> =>
    (await told(unary(client(), client().listAccounts, { limit, after }, options))).accounts;
  return {
    async put({ username, password, identities, systemRoles }) {
      const request = {
        requestId: randomUUID(),
        username,
        password,
        identities: [...identities],
        systemRoles: [...systemRoles],
      };
      await told(unary(client(), client().putAccount, request, options));
    },
    async remove(username) {
      const request = { requestId: randomUUID(), username };
      return (await told(unary(client(), client().deleteAccount, request, options))).existed;
    },
    async list() {
      const all: Account[] = [];
      for (;;) {
        const accounts = await page(all.at(-1)?.username ?? '', pageSize);
        all.push(...accounts);
        if (accounts.length < pageSize) return all;
      }
    },
    async find(username) {
      for (let after = ''; ;) {
        const accounts = await page(after, pageSize);
        const found = accounts.find((account) => account.username === username);
        if (found !== undefined || accounts.length < pageSize) return found;
        after = accounts.at(-1)?.username ?? '';
      }
    },
    close() {
      opened?.close();
      identity?.close();
    },
  };
}

function identityOf(internal: InternalTlsValues, address: string): InternalIdentity | undefined {
  try {
    return openInternalIdentity(internal, { name: 'operator', addresses: { PLENARY_ACCOUNTS_ADDRESS: address } });
  } catch (error) {
    throw error instanceof StartError ? new UsageFault(error.message) : error;
  }
}

function failureOf(error: unknown, address: string): unknown {
  if (!(error instanceof RpcError)) return error;
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
      return new NotReachable(
        `room-state at ${address} does not answer (PLENARY_ACCOUNTS_ADDRESS)${tlsReason(error.details)}`,
        { cause: error },
      );
    case status.INVALID_ARGUMENT:
    case status.NOT_FOUND:
    case status.FAILED_PRECONDITION:
    case status.PERMISSION_DENIED:
      return new Refused(0, error.details);
    default:
      return error;
  }
}

/** A certificate that is not taken is no server that is away. */
function tlsReason(details: string): string {
  const found = /certificate[^.]{0,100}|(?:ssl|tls)v?\d* alert[^.:]{0,60}/i.exec(details);
  return found === null ? '' : `: ${found[0]}`;
}
