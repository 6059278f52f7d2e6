import { BlockList, isIP } from 'node:net';

/**
 * Everything that is not a host of the public internet (IANA's special-purpose registries, RFC 6890): what a
 * stranger names must not make this computer talk to itself, its router or its neighbours.
 */
const inner = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inner.addSubnet(net, bits, 'ipv4');

const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Inside 2000::/3, yet not plainly a host: benchmarks, ORCHID, documentation; and what wraps an IPv4 address. */
const special6 = new BlockList();
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special6.addSubnet(net, bits, 'ipv6');

/** True for an address of the public internet; false for all others and for what is no address. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 4) return !inner.check(bare, 'ipv4');
  // Only 2000::/3 is given out: loopback, link-local, unique local, mapped and translated IPv4 all lie outside.
  return family === 6 && global6.check(bare, 'ipv6') && !special6.check(bare, 'ipv6');
}
