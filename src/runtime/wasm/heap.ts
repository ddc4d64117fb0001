/**
 * Allocation of tensors in the memory of a WebAssembly instance: 64-byte aligned blocks in power-of-two size classes
 * with free lists; large blocks rounded to a quarter of their power of two, so that at most a fifth is lost.
 */
export interface GrowableMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface Heap {
  /** Address of a block of at least that many bytes; throws {@link OutOfMemory}. */
  alloc(bytes: number): number;
  /** Gives a block back. Unknown addresses are ignored. */
  free(address: number): void;
  /** Bytes in blocks handed out, and the greatest that ever was. */
  readonly used: number;
  readonly peak: number;
}

/** The memory's 4 GiB, or what the engine grants, are used up. */
export class OutOfMemory extends Error {
  constructor(readonly bytes: number) {
    super(`no room for ${bytes} bytes in the WebAssembly memory`);
  }
}

const ALIGN = 64;
const PAGE = 65_536;
const LEAST_GROWTH = 1 << 20;

/** A heap that takes all its room by growing the memory. */
export function makeHeap(memory: GrowableMemory): Heap {
  const sizes = new Map<number, number>();
  const freeBlocks = new Map<number, number[]>();
  let top = 0;
  let end = 0;
  let used = 0;
  let peak = 0;
  const carve = (size: number): number => {
    if (end - top < size) {
      const grown = Math.max(size, LEAST_GROWTH);
      const pages = Math.ceil(grown / PAGE);
      const at = growBy(memory, pages, size);
      // Continue the present room when nothing else was put behind it.
      if (at * PAGE !== end) top = at * PAGE;
      end = at * PAGE + pages * PAGE;
    }
    const address = top;
    top += size;
    return address;
  };
  return {
    alloc(bytes) {
      const size = sizeClass(bytes);
      const address = freeBlocks.get(size)?.pop() ?? carve(size);
      sizes.set(address, size);
      used += size;
      peak = Math.max(peak, used);
      return address;
    },
    free(address) {
      const size = sizes.get(address);
      if (size === undefined) return;
      sizes.delete(address);
      used -= size;
      const list = freeBlocks.get(size);
      if (list === undefined) freeBlocks.set(size, [address]);
      else list.push(address);
    },
    get used() {
      return used;
    },
    get peak() {
      return peak;
    },
  };
}

function growBy(memory: GrowableMemory, pages: number, bytes: number): number {
  try {
    return memory.grow(pages);
  } catch {
    throw new OutOfMemory(bytes);
  }
}

/** Multiples of 64 up to 1 KiB, then four sizes for each power of two. */
function sizeClass(bytes: number): number {
  const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
  if (size <= 1024) return size;
  const step = 2 ** (Math.ceil(Math.log2(size)) - 3);
  return Math.ceil(size / step) * step;
}
