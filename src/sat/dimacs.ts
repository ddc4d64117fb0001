/** The exchange format of SAT solvers. */

/** A problem as text. */
export function writeDimacs(variables: number, clauses: readonly (readonly number[])[]): string {
  const lines = clauses.map((clause) => `${[...clause, 0].join(" ")}\n`);
  return `p cnf ${variables} ${clauses.length}\n${lines.join("")}`;
}
