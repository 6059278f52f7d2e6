/** Parts of addresses that name no person. */
const desks =
  /^(?:admin|accounts?|billing|contact|hello|help|hi|info|mail|me|no-?reply|office|post|sales|secretary|support|team|webmaster)$/;

/** A name for an account as a person would say it: "Ina Verhoeven, noordlicht.test"; the address itself tells no name where a desk has it. */
export function accountNameFor(address: string): string {
  const at = address.trim().lastIndexOf('@');
  const domain = address
    .slice(at + 1)
    .trim()
    .toLowerCase();
  const local = address.trim().slice(0, at).split('+')[0] ?? '';
  const words = local
    .split(/[._\-\d]+/u)
    .filter((word) => word.length > 0)
    .map((word) => word.charAt(0).toLocaleUpperCase() + word.slice(1));
  const named = words.some((word) => word.length > 1) && !desks.test(local.toLowerCase());
  return named ? `${words.join(' ')}, ${domain}` : domain;
}
