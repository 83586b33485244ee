import { newBusUser } from '@plenary/bus';
import { busPermissions, busUsers, type BusUser } from './permissions.js';

/** A new key of one account user: the seed is the secret of its service, the public key stands with the servers. */
export interface BusKey {
  readonly user: BusUser;
  readonly seed: string;
  readonly publicKey: string;
}

/** A key for every account user. */
export function newBusKeys(): BusKey[] {
  return busUsers.map((user) => ({ user, ...newBusUser() }));
}

/** `users.conf`, which the configuration of the servers includes: who may publish and subscribe to what, and nobody else anything. */
export function usersConfig(keys: readonly Pick<BusKey, 'user' | 'publicKey'>[]): string {
  const users = keys.map(({ user, publicKey }) => {
    const { publish, subscribe } = busPermissions[user];
    return [
      `    # ${user}`,
      `    { nkey: ${JSON.stringify(publicKey)}, permissions: {`,
      `      publish: { allow: [${listed(publish)}] }`,
      `      subscribe: { allow: [${listed(subscribe)}] }`,
      '    } }',
    ].join('\n');
  });
  return `# Made by nats-bootstrap --keys; holds no secret. The seeds go to the services, one each.
authorization {
  users: [
${users.join('\n')}
  ]
}
`;
}

function listed(subjects: readonly string[]): string {
  return subjects.map((subject) => JSON.stringify(subject)).join(', ');
}
