/** The identity of a fabric: what images are made for. */
import { crc32 } from "../../../support/crc32.js";
import type { Fabric } from "../fabric/fabric.js";

const known = new WeakMap<Fabric, bigint>();

/** 64 bits that depend on every field: FNV-1a above, CRC-32 below. */
export function fabricIdOf(fabric: Fabric): bigint {
  const before = known.get(fabric);
  if (before !== undefined) return before;
  const bytes = new TextEncoder().encode(canonical(fabric));
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  const id = (BigInt(hash >>> 0) << 32n) | BigInt(crc32(bytes));
  known.set(fabric, id);
  return id;
}

/** Text that does not depend on the order in which fields, operations and latencies were given. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Set) return [...(part as Set<string>)].sort();
    if (part instanceof Map)
      return [...(part as Map<string, number>)].sort(([a], [b]) => (a < b ? -1 : 1));
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
