/** Interop: what Apache TVM 0.27 makes of our `tvm-0.27` print. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { readModule } from "../../src/driver/frontend.js";
import { printModule } from "../../src/syntax/index.js";
import type { Row } from "../conformance.js";

interface Reply {
  readonly id: number;
  readonly original: boolean;
  readonly self_equal?: boolean;
  readonly printed?: boolean;
  readonly equal?: boolean;
  readonly error?: string;
}

/** Programs of the newest suite that TVM accepts: how many of our prints it accepts, and finds equal. */
export async function compareWithTvm(
  python: string,
  outcomes: readonly { readonly row: Row; readonly text: string; readonly parsed: boolean }[],
  list: boolean,
): Promise<void> {
  const todo = outcomes.map((o, id) => ({
    id,
    row: o.row,
    original: o.text,
    printed: o.parsed ? print(o.row.file, o.text) : "",
  }));
  const replies = await ask(python, todo);
  const accepted = replies.filter((r) => r.original && r.self_equal === true);
  const printed = accepted.filter((r) => r.printed);
  const equal = accepted.filter((r) => r.equal);
  const percent = (n: number): string =>
    `${((100 * n) / Math.max(1, accepted.length)).toFixed(2)} %`;
  console.log(
    `TVM accepts ${accepted.length} of ${todo.length} originals; of these our print is accepted ${printed.length} (${percent(printed.length)}), equal ${equal.length} (${percent(equal.length)})`,
  );
  const reasons = new Map<string, string[]>();
  for (const r of accepted) {
    if (r.equal) continue;
    const reason = r.printed ? "different" : (r.error ?? "rejected").slice(0, 120);
    reasons.set(reason, [...(reasons.get(reason) ?? []), todo[r.id]!.row.file]);
  }
  for (const [reason, files] of [...reasons].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`${String(files.length).padStart(5)}  ${reason}`);
    if (list) for (const file of files) console.log(`         ${file}`);
  }
}

const print = (name: string, text: string): string =>
  printModule(readModule({ name, text }).module, { dialect: "tvm-0.27" });

async function ask(python: string, todo: readonly { readonly id: number }[]): Promise<Reply[]> {
  const replies: Reply[] = [];
  let next = 0;
  while (next < todo.length) {
    // A program may kill the peer: go on after it with a new process.
    const child = spawn(python, [join("scripts", "peers", "tvm_compare.py")], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    child.stdin.on("error", () => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    while (next < todo.length) {
      const row = todo[next]!;
      child.stdin.write(`${JSON.stringify(row)}\n`);
      const line = await lines.next();
      next++;
      if (line.done === true) {
        replies.push({ id: row.id, original: false, error: "the peer died" });
        break;
      }
      replies.push(JSON.parse(line.value as string) as Reply);
      if (next % 500 === 0) process.stderr.write(`${next}/${todo.length}\n`);
    }
    child.kill();
  }
  return replies;
}
