/** A fuzzing campaign: `npm test` runs a small fixed-seed share of it, `npm run fuzz -- NAME` the whole. */
export interface Campaign {
  readonly name: string;
  readonly summary: string;
  /** Number of inputs of the whole campaign. */
  readonly full: number;
  /** Whether it can start at any input. */
  readonly anywhere?: boolean;
  /**
   * Runs `count` inputs from `seed`; calls `progress` now and then with the number done. Inputs before number `first`
   * are left out, where a campaign can start anywhere.
   */
  run(
    count: number,
    seed: number,
    progress: (done: number) => void,
    first?: number,
  ): CampaignResult;
}

export interface CampaignResult {
  readonly done: number;
  readonly failures: readonly Failure[];
  /** What was covered, e.g. share of programs per construct, in percent. */
  readonly coverage?: Readonly<Record<string, number>>;
  /** Inputs with equal results, by target. */
  readonly equal?: Readonly<Record<string, number>>;
}

export interface Failure {
  /** Replays with `--seed SEED --skip INDEX`. */
  readonly index: number;
  readonly reason: string;
  readonly input: string;
}
