import { BlockList, isIP } from 'node:net';

/** Networks an address can be looked up in. */
export interface Networks {
  /** IPv4 addresses within IPv6 (`::ffff:a.b.c.d`) count as IPv4. What is no address is in no network. */
  includes(address: string): boolean;
}

/**
 * Networks in CIDR form, or single addresses: `10.0.0.0/8`, `fd00::/8`, `192.0.2.7`. Undefined when one of them is not, so that a setting can be
 * refused by name.
 */
export function parseNetworks(networks: readonly string[]): Networks | undefined {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix, ...more] = network.split('/');
    const family = isIP(address);
    const bits = family === 6 ? 128 : 32;
    if (family === 0 || more.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined;
    const length = prefix === undefined ? bits : Number(prefix);
    if (length > bits) return undefined;
    list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    includes(address) {
      const plain = plainAddress(address);
      const family = isIP(plain);
      return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

/** An IPv4 address that came in through an IPv6 socket, as IPv4; everything else as it is. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}
