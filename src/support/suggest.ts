/** Nearest names, for "did you mean". */
import { distance } from "fastest-levenshtein";

/** Edit distance in which swapping two neighbours counts one. */
export function editDistance(a: string, b: string): number {
  const plain = distance(a, b);
  // A swap costs two plain edits, so a distance below two cannot hide one.
  return plain < 2 ? plain : transposing(a, b);
}

/** Optimal string alignment (Damerau 1964 with each substring edited once). */
function transposing(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * The names nearest to `name`, at most `limit`: those with the fewest edits, within two or a third of its length.
 * A name that differs only in letter case or separators is nearer than any other.
 */
export function nearest(name: string, names: Iterable<string>, limit = 3): string[] {
  const reach = Math.max(2, Math.floor(name.length / 3));
  const bare = plain(name);
  const found: { readonly name: string; readonly cost: number }[] = [];
  for (const candidate of new Set(names)) {
    if (candidate === name) continue;
    if (plain(candidate) === bare) found.push({ name: candidate, cost: 0 });
    else if (Math.abs(candidate.length - name.length) <= reach) {
      const cost = editDistance(name, candidate);
      if (cost <= reach && cost < Math.max(name.length, candidate.length)) {
        found.push({ name: candidate, cost });
      }
    }
  }
  found.sort((a, b) => a.cost - b.cost || (a.name < b.name ? -1 : 1));
  const best = found[0]?.cost ?? 0;
  return found
    .filter((f) => f.cost === best)
    .slice(0, limit)
    .map((f) => f.name);
}

const plain = (name: string): string => name.toLowerCase().replace(/[-_.]/g, "");

/** "did you mean `a` or `b`?", or undefined when nothing is near. */
export function didYouMean(name: string, names: Iterable<string>): string | undefined {
  const near = nearest(name, names);
  if (near.length === 0) return undefined;
  return `did you mean ${near.map((n) => `\`${n}\``).join(" or ")}?`;
}
