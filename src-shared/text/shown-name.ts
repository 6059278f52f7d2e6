interface Person {
  name: string;
  address: string;
}

/** Mail addresses in a name, as they are seen: letters of full width, and "(at)", say the same. */
export function addressesIn(name: string): string[] {
  const seen = name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s?[([{]\s?at\s?[)\]}]\s?/gi, '@');
  return seen.match(/[^\s@<>"'(),]+@[^\s@<>"'(),]+\.[^\s@<>"'(),]+/g) ?? [];
}

/**
 * Who somebody is where there is room for one of both: the name that was written, else the address. A name that is made
 * up as another address does not stand for the true one.
 */
export function shownName({ name, address }: Person): string {
  const written = name.trim();
  if (written === '') return address;
  const others = addressesIn(written).filter((one) => one.toLowerCase() !== address.toLowerCase());
  if (others.length === 0 || address === '') return written;
  return written.length <= (others[0]?.length ?? 0) + 2 ? address : `${address} (${written})`;
}
