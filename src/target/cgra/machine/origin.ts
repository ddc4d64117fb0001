/** Which node of the graph, and which line of the program, a word is for. */
import { positionAt, type Span } from "../../../support/source.js";
import type { Dfg } from "../dfg/dfg.js";
import { slotOf, type Mapping } from "../map/mapping.js";
import type { Fault } from "./simulate.js";
import type { KernelProgram, Origins, WordOrigin } from "./program.js";

/** The origins of the words of a mapped graph whose nodes have places in one file; undefined when none has. */
export function originsOf(
  graph: Dfg,
  { elements, times, ii }: Mapping,
  spans: readonly (Span | undefined)[] = [],
): Origins | undefined {
  const source = spans.find((s) => s !== undefined)?.source;
  if (source === undefined) return undefined;
  const words = graph.nodes.map(({ id }, v): WordOrigin => {
    const span = spans[v];
    const line = span?.source === source ? positionAt(source, span.start).line : undefined;
    const at = { element: elements[v]!, slot: slotOf(times[v]!, ii), node: id };
    return line === undefined ? at : { ...at, line };
  });
  return { file: source.name, words: words.sort(byPlace) };
}

/** The program as it is executed. */
export const withoutOrigins = ({ origins: _, ...program }: KernelProgram): KernelProgram => program;

/** The order of origins. */
export const byPlace = (a: WordOrigin, b: WordOrigin): number =>
  a.element - b.element || a.slot - b.slot;

/** Why origins are not those of the words; undefined when they can be. */
export function originsProblem({ origins, words, ii }: KernelProgram): string | undefined {
  if (origins === undefined) return undefined;
  const isNumber = (n: number): boolean => Number.isInteger(n) && n >= 0 && n < 2 ** 31;
  for (const [k, origin] of origins.words.entries()) {
    const { element, slot, node, line = 1 } = origin;
    const before = origins.words[k - 1];
    if (!isNumber(node) || !isNumber(line) || line === 0) return "an origin is no number";
    if (words[element] === undefined || !isNumber(slot) || slot >= ii)
      return `there is no word of element ${element} in slot ${slot}`;
    if (before !== undefined && byPlace(before, origin) >= 0)
      return `the origin of element ${element}, slot ${slot} is out of order`;
  }
  return undefined;
}

/** What went wrong, with where the word comes from: `… (node 12, line 34 of gemm.relax)`. */
export function faultText({ origins, ii }: KernelProgram, { element, cycle, what }: Fault): string {
  const found = origins?.words.find((w) => w.element === element && w.slot === cycle % ii);
  if (found === undefined) return what;
  const { node, line } = found;
  const place = line === undefined ? "" : `, line ${line} of ${origins!.file}`;
  return `${what} (node ${node}${place})`;
}
