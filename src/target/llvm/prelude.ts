/** What generated code calls: scratch memory of a thread. */
import type { ModuleContext } from "./codegen/context.js";
import { functionText } from "./text/function.js";

/**
 * The context of a thread begins with 8-byte fields: next free byte of the scratch memory and its end, then first byte
 * and end of the last segment taken from the system, which is free when the scratch memory stands in an older one. Where
 * there are entries, lists of calls of them can be run.
 */
export function definePrelude(shared: ModuleContext, hasEntries: boolean): void {
  const { module } = shared;
  const { pointer: p } = module.dialect;
  module.declare("malloc", p, [shared.machine.pointerBits === 32 ? "i32" : "i64"]);
  module.define(takeScratch(shared, p));
  if (hasEntries) module.define(runSequence(shared, p));
}

/**
 * `(table, count, context) → 0`, or, when one stopped, its number times 2^32 and its status. The table has the address
 * of an entry and of its argument block for each call.
 */
function runSequence({ module, attributes }: ModuleContext, p: string): string {
  const { dialect } = module;
  const f = functionText(module);
  const cell = dialect.pointerTo("i64");
  const base = cell === p ? "%table" : f.value(`bitcast ${p} %table to ${cell}`);
  const [from, again, call, next, stopped, done] = ["from", "again", "call", "next", "stopped", "done"].map((w) => f.label(w)) as [string, string, string, string, string, string]; // prettier-ignore
  f.start(from);
  f.br(again);
  f.start(again);
  const phi = f.later();
  f.condBr(f.value("icmp eq i64 %number, %count"), done, call);
  f.start(call);
  const at = f.value("shl i64 %number, 1");
  const read = (offset: number): string => {
    const position = f.value(`or i64 ${at}, ${offset}`);
    const address = f.value(`getelementptr i64, ${cell} ${base}, i64 ${position}`);
    return f.value(`load i64, ${cell} ${address}, align 8`);
  };
  const type = dialect.pointer === "ptr" ? "ptr" : `i32 (${p}, ${p})*`;
  const entry = f.value(`inttoptr i64 ${read(0)} to ${type}`);
  const block = f.value(`inttoptr i64 ${read(1)} to ${p}`);
  const status = f.value(`call i32 ${entry}(${p} ${block}, ${p} %context)`);
  f.condBr(f.value(`icmp eq i32 ${status}, 0`), next, stopped);
  f.start(next);
  const advanced = f.value("add i64 %number, 1");
  f.br(again);
  phi(`%number = phi i64 [ 0, %${from} ], [ ${advanced}, %${next} ]`);
  f.start(stopped);
  const high = f.value("shl i64 %number, 32");
  f.ret(`ret i64 ${f.value(`or i64 ${high}, ${f.value(`zext i32 ${status} to i64`)}`)}`);
  f.start(done);
  f.ret("ret i64 0");
  const params = `${p} %table, i64 %count, ${p} %context`;
  return f.render(`define i64 @sequence.run(${params}) ${attributes}`);
}

/** `(context, bytes) → 64-byte aligned address`, or null when there is no memory. */
function takeScratch({ module, attributes, machine }: ModuleContext, p: string): string {
  const f = functionText(module);
  const isSmall = machine.pointerBits === 32;
  const cell = module.dialect.pointerTo("i64");
  const base = cell === p ? "%context" : f.value(`bitcast ${p} %context to ${cell}`);
  const field = (k: number): string => f.value(`getelementptr i64, ${cell} ${base}, i64 ${k}`);
  const [next, end, lastBase, lastEnd] = [field(0), field(1), field(2), field(3)] as const;
  const read = (at: string): string => f.value(`load i64, ${cell} ${at}, align 8`);
  const write = (value: string, at: string): void => f.line(`store i64 ${value}, ${cell} ${at}, align 8`); // prettier-ignore
  f.when(f.value(`icmp ugt i64 %bytes, ${isSmall ? 2 ** 30 : 2 ** 40}`), () =>
    f.ret(`ret ${p} null`),
  );
  // One line at least: an empty buffer has an address too.
  const rounded = f.value("add i64 %bytes, 64");
  const size = f.value(`and i64 ${rounded}, -64`);
  const lacks = (top: string, bottom: string): string =>
    f.value(`icmp ult i64 ${f.value(`sub i64 ${top}, ${bottom}`)}, ${size}`);
  f.when(lacks(read(end), read(next)), () => {
    // The last segment is free when the scratch memory stands in an older one.
    const isLast = f.value(`icmp eq i64 ${read(lastEnd)}, ${read(end)}`);
    const isShort = lacks(read(lastEnd), read(lastBase));
    f.when(f.value(`or i1 ${isLast}, ${isShort}`), () => {
      const double = f.value(
        `shl i64 ${f.value(`sub i64 ${read(lastEnd)}, ${read(lastBase)}`)}, 1`,
      );
      const larger = f.value(`icmp ugt i64 ${double}, ${size}`);
      const wanted = f.value(`select i1 ${larger}, i64 ${double}, i64 ${size}`);
      const room = f.value(`add i64 ${wanted}, 1048640`);
      const asked = isSmall ? `i32 ${f.value(`trunc i64 ${room} to i32`)}` : `i64 ${room}`;
      const made = f.value(`call ${p} @malloc(${asked})`);
      f.when(f.value(`icmp eq ${p} ${made}, null`), () => f.ret(`ret ${p} null`));
      const at = f.value(`ptrtoint ${p} ${made} to i64`);
      const first = f.value(`and i64 ${f.value(`add i64 ${at}, 63`)}, -64`);
      write(first, lastBase);
      const behind = f.value(`add i64 ${first}, ${f.value(`add i64 ${wanted}, 1048576`)}`);
      write(f.value(`and i64 ${behind}, -64`), lastEnd);
    });
    write(read(lastBase), next);
    write(read(lastEnd), end);
  });
  const address = read(next);
  write(f.value(`add i64 ${address}, ${size}`), next);
  f.ret(`ret ${p} ${f.value(`inttoptr i64 ${address} to ${p}`)}`);
  return f.render(`define internal ${p} @scratch.take(${p} %context, i64 %bytes) ${attributes}`);
}
