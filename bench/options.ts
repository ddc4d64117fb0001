import type { Twin } from "./twins/twin.js";

/** What `npm run bench -- NAME` hands to a bench. */
export interface BenchOptions {
  /** Target of `--target`, for benches that can measure several. */
  readonly target?: string | undefined;
  /** Words of `--only`: a case is measured when its name contains one of them. */
  readonly only?: readonly string[] | undefined;
}

/** Whether a case was asked for. */
export const isChosen = (name: string, { only }: BenchOptions): boolean =>
  only === undefined || only.some((word) => name.includes(word));

/** The twins with the points that were asked for. */
export const chosenTwins = (twins: readonly Twin[], options: BenchOptions): Twin[] =>
  twins
    .map((twin) => ({ ...twin, points: twin.points.filter((p) => isChosen(p.name, options)) }))
    .filter((twin) => twin.points.length > 0);
