/**
 * Whether the address means the same host from anywhere: not RFC 1918, not shared (RFC 6598), not unique local
 * (RFC 4193). A firewall may still be in front of it.
 */
export function isGlobal(address: string): boolean {
  if (address.includes(":")) return !/^f[cd]/i.test(address);
  const [a = 0, b = 0] = address.split(".").map(Number);
  return (
    a !== 10 &&
    !(a === 172 && b >= 16 && b < 32) &&
    !(a === 192 && b === 168) &&
    !(a === 100 && b >= 64 && b < 128)
  );
}
