import type { AccountServiceServer } from '@plenary/proto/roomstate';
import { handler } from '@plenary/service';
import type { AuditFields, Telemetry } from '@plenary/telemetry';
import { accountRecord, isUsername } from '../accounts.js';
import type { AccountStore } from '../store/interface.js';
import { faultOf } from './answers.js';
import { invalid, limits, listWithin, pageSize, within } from './limits.js';

/** The operator's face of the accounts. A password is turned into H(A1) here and goes no further. */
export function accountService(
  store: AccountStore,
  domain: string,
  { audit, hash }: Pick<Telemetry, 'audit' | 'hash'>,
): AccountServiceServer {
  const target = (username: string): AuditFields => ({ target_hash: hash('account', username) });
  return {
    putAccount: handler(async ({ username, password, identities, systemRoles }) => {
      if (!isUsername(username)) throw invalid('username is not 1 to 64 characters that may stand in a SIP URI');
      if (password === '') throw invalid('password is empty');
      const account = accountRecord(domain, {
        username,
        password: within('password', password, limits.passwordLength),
        identities: listWithin('identities', identities, limits.identities, limits.uriLength),
        systemRoles: listWithin('system_roles', systemRoles, limits.systemRoles, limits.displayNameLength),
      });
      await store.putAccount(account).catch(tell);
      audit('account.put', { ...target(username), count: systemRoles.length });
      return {};
    }),
    deleteAccount: handler(async ({ username }) => {
      const existed = await store.deleteAccount(within('username', username, limits.uriLength)).catch(tell);
      if (existed) audit('account.removed', target(username));
      return { existed };
    }),
    listAccounts: handler(async ({ limit, after }) => {
      const accounts = await store.listAccounts(within('after', after, limits.uriLength), pageSize(limit)).catch(tell);
      audit('account.listed', { count: accounts.length });
      return {
        accounts: accounts.map(({ username, identities, systemRoles }) => ({
          username,
          identities: [...identities],
          systemRoles: [...systemRoles],
        })),
      };
    }),
  };
}

function tell(error: unknown): never {
  throw faultOf(error);
}
