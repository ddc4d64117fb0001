/** How long the parts of a build take. */

export interface Phase {
  /** A pass as a pipeline names it, or what is made: `LLVM IR`. */
  readonly name: string;
  readonly ms: number;
}

/** Told when a part is done, by its name. */
export type OnPhase = (name: string) => void;

export interface Phases {
  readonly all: readonly Phase[];
  /** Ends a phase, which began where the last one ended; one that ends several times is one with the sum. */
  readonly done: OnPhase;
}

/** Phases from now on, by a clock of milliseconds. */
export function phasesFrom(now: () => number): Phases {
  const all: { name: string; ms: number }[] = [];
  let last = now();
  return {
    all,
    done(name) {
      const time = now();
      const known = all.find((p) => p.name === name);
      if (known === undefined) all.push({ name, ms: time - last });
      else known.ms += time - last;
      last = time;
    },
  };
}

/** A line for each phase, and one for all. */
export function phasesText(all: readonly Phase[]): string {
  const total = all.reduce((sum, { ms }) => sum + ms, 0);
  const line = ({ name, ms }: Phase): string => `${ms.toFixed(1).padStart(9)} ms  ${name}\n`;
  return [...all, { name: "in all", ms: total }].map(line).join("");
}
