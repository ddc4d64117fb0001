/**
 * Bytes that solvers and what feeds them take: counted by the sizes of arrays, so that a limit ends a search at the same
 * place on all machines.
 */
export class Memory {
  private used = 0;

  /** An account with a limit of its own, or one that shares that of another. */
  constructor(
    private readonly limit = Infinity,
    private readonly whole?: Memory,
  ) {}

  /** What a part takes, the whole takes; it can be given back at once. */
  part(): Memory {
    return new Memory(Infinity, this);
  }

  take(bytes: number): void {
    this.used += bytes;
    this.whole?.take(bytes);
  }
  release(): void {
    this.take(-this.used);
  }

  left(): number {
    return Math.min(this.limit - this.used, this.whole?.left() ?? Infinity);
  }
  isFull(): boolean {
    return this.left() < 0;
  }
}
