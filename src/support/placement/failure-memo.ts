/** Remembers states of a search that were shown to have no solution; a bounded table in which the newest wins. */
export class FailureMemo {
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #mask: number;

  /** Room for `2 ** bits` states. */
  constructor(bits: number) {
    this.#a = new Int32Array(2 ** bits);
    this.#b = new Int32Array(2 ** bits);
    this.#mask = 2 ** bits - 1;
  }

  has(a: number, b: number): boolean {
    const slot = (a ^ (b >>> 7)) & this.#mask;
    return this.#a[slot] === a && this.#b[slot] === b;
  }

  add(a: number, b: number): void {
    const slot = (a ^ (b >>> 7)) & this.#mask;
    this.#a[slot] = a;
    this.#b[slot] = b;
  }
}
