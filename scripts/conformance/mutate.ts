/** Nothing dropped: one changed token changes the IR or gives a diagnostic. */
import { toJson } from "../../src/ir/core/json.js";
import { checkText, readModule } from "../../src/driver/frontend.js";
import { pickToken, mutateToken } from "../../src/testing/fuzz/tokens.js";
import { makeRandom } from "../../src/testing/generate/random.js";
import type { Row } from "../conformance.js";

/** Returns the exit code: 0 when at least 99 % were noticed. */
export function mutate(
  programs: readonly { readonly row: Row; readonly text: string }[],
  count: number,
  seed: number,
  list: boolean,
): number {
  const { below } = makeRandom(seed);
  const good = programs.filter(({ row, text }) => !readModule({ name: row.file, text }).failed);
  let done = 0;
  const missed: string[] = [];
  while (done < count && good.length > 0) {
    const { row, text } = good[below(good.length)]!;
    const token = pickToken(text, below);
    if (token === undefined) continue;
    const changed = mutateToken(text, token, below);
    if (changed === undefined || changed === text) continue;
    done++;
    if (!noticed(row.file, text, changed)) missed.push(`${row.file}: ${describe(text, changed)}`);
  }
  const rate = (100 * (done - missed.length)) / Math.max(1, done);
  console.log(`${done} mutated programs, ${done - missed.length} noticed (${rate.toFixed(2)} %)`);
  if (list) for (const m of missed) console.log(`  ${m}`);
  return rate >= 99 ? 0 : 1;
}

function noticed(name: string, before: string, after: string): boolean {
  const b = readModule({ name, text: after });
  if (b.failed) return true;
  const a = readModule({ name, text: before });
  if (a.diagnostics.length !== b.diagnostics.length) return true;
  if (JSON.stringify(toJson(a.module)) !== JSON.stringify(toJson(b.module))) return true;
  return (
    checkText({ name, text: before }).diagnostics.length !==
    checkText({ name, text: after }).diagnostics.length
  );
}

function describe(before: string, after: string): string {
  let i = 0;
  while (before[i] === after[i]) i++;
  let k = 0;
  while (
    k < before.length - i &&
    k < after.length - i &&
    before[before.length - 1 - k] === after[after.length - 1 - k]
  )
    k++;
  const at = (text: string): string =>
    JSON.stringify(text.slice(Math.max(0, i - 25), Math.max(i, text.length - k) + 15));
  return `${at(before)} → ${at(after)}`;
}
