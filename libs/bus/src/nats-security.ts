import { nkeyAuthenticator, nkeys, type ConnectionOptions, type TlsOptions } from '@nats-io/transport-node';
import { BusError } from './interface.js';
import { messageOf } from './nats-errors.js';
import type { NatsSecurity } from './nats-settings.js';

/** What the client library takes. TLS is demanded where it is given: a server without it is not talked to. */
export function securityOptions({ tls, nkeySeed }: NatsSecurity): Pick<ConnectionOptions, 'tls' | 'authenticator'> {
  return {
    ...(tls === undefined ? {} : { tls: readAnew(tls) }),
    ...(nkeySeed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(nkeySeed)) }),
  };
}

/** Throws `BusError` `refused` for a seed that is not the seed of a user. Never shows it. */
export function assertSeed({ nkeySeed }: NatsSecurity): void {
  if (nkeySeed === undefined) return;
  try {
    if (nkeySeed.startsWith('SU')) nkeys.fromSeed(new TextEncoder().encode(nkeySeed)).clear();
    else throw new Error('it does not begin with SU');
  } catch (error) {
    throw new BusError('refused', `the nkey is not the seed of a user: ${messageOf(error)}`);
  }
}

/** The library reads these at each connection. */
function readAnew(tls: NonNullable<NatsSecurity['tls']>): TlsOptions {
  const options = {};
  for (const name of ['cert', 'key', 'ca'] as const)
    Object.defineProperty(options, name, { enumerable: true, get: () => tls()[name] });
  return options;
}

/** A new account user: its seed is the secret of the service (`NATS_NKEY`), the public key stands in the configuration of the servers. */
export function newBusUser(): { readonly seed: string; readonly publicKey: string } {
  const pair = nkeys.createUser();
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}
