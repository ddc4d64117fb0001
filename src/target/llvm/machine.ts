/** What generated code may use. */

export interface Machine {
  /** Version of LLVM that reads the text. */
  readonly llvmVersion: number;
  /** As LLVM spells it. */
  readonly processor: string;
  /** Extensions beyond those of the processor, `+avx2,-avx512f`. */
  readonly features: string;
  /** Widest vectors, in bits. */
  readonly vectorBits: number;
  /** Whether `a·b + c` is rounded once. */
  readonly fma: boolean;
}
