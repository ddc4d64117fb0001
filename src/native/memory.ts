/** Memory outside of JavaScript: a range of addresses that the system fills with pages when they are touched. */
import { foreign, NativeUnavailable, type ForeignLibrary } from "./foreign.js";

/** A reserved range; positions in it are what the rest of the program calls addresses. */
export interface NativeMemory {
  /** Address of position 0. */
  readonly base: bigint;
  /** The same bytes for JavaScript; never stale. */
  readonly buffer: ArrayBuffer;
  /** In pages of 64 KiB; gives the number before, throws when the range is used up. */
  grow(pages: number): number;
  /** Gives the range back; the buffer must not be used any more. */
  release(): void;
}

/** As much as one ArrayBuffer can show. */
const RESERVED = 2 ** 32 - 2 ** 21;
const PAGE = 65_536;
const HUGE = 2 ** 21;

const READ_WRITE = 3;
const PRIVATE_ANONYMOUS_NORESERVE = 0x4022;
const HUGE_PAGES = 14;

interface System {
  map(at: null, bytes: number, access: number, flags: number, file: number, offset: number): bigint;
  unmap(at: bigint, bytes: number): number;
  advise(at: bigint, bytes: number, advice: number): number;
}

let system: System | undefined;

function systemCalls(): System {
  if (system !== undefined) return system;
  const library: ForeignLibrary = foreign().load(null);
  const bind = (text: string): never => library.func(text) as never;
  system = {
    map: bind("void* mmap(void*, size_t, int, int, int, int64_t)"),
    unmap: bind("int munmap(void*, size_t)"),
    advise: bind("int madvise(void*, size_t, int)"),
  };
  return system;
}

/** Reserves a range. Throws {@link NativeUnavailable} where the system has no such call. */
export function reserveMemory(): NativeMemory {
  const { map, unmap, advise } = systemCalls();
  const total = RESERVED + HUGE;
  const start = map(null, total, READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
  if (BigInt.asIntN(64, start) === -1n)
    throw new NativeUnavailable("the system grants no memory", "close other programs");
  const base = (start + BigInt(HUGE - 1)) & ~BigInt(HUGE - 1);
  advise(base, RESERVED, HUGE_PAGES);
  let used = 0;
  return {
    base,
    buffer: foreign().view(base, RESERVED),
    grow(pages) {
      const before = used;
      if ((used + pages) * PAGE > RESERVED) throw new RangeError("the memory is used up");
      used += pages;
      return before;
    },
    release: () => void unmap(start, total),
  };
}
