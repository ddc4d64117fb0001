/** Functions of the C interface: each takes its arguments as C passes them, and calls a kernel. */
import type { StatusInfo } from "../../../runtime/kernel-info.js";
import type { ExportCall, ExportedFunction, Exports } from "../../exported-function.js";
import { functionText, type Ref } from "../text/function.js";
import { quoted } from "../text/module.js";
import type { FunctionContext, ModuleContext } from "./context.js";
import { fromBits, toBits } from "./leave.js";
import { typeOf } from "./value.js";

/** Bytes of the context of a thread. */
const CONTEXT = "[8 x i64]";

/** Defines the functions; scratch memory is that of the thread. */
export function defineExports(
  shared: ModuleContext,
  { functions, statusText }: Exports,
  statuses: readonly StatusInfo[],
): void {
  shared.module.define(`@context = internal thread_local global ${CONTEXT} zeroinitializer, align 8`); // prettier-ignore
  for (const made of functions) defineExport(shared, made);
  defineStatusText(shared, statusText, statuses);
}

function defineExport(shared: ModuleContext, made: ExportedFunction): void {
  const { dialect } = shared.module;
  const { pointer } = dialect;
  const f = functionText(shared.module);
  const cx: Pick<FunctionContext, "f" | "shared"> = { f, shared };
  const context = pointer === "ptr" ? "@context" : f.value(`bitcast ${CONTEXT}* @context to ${pointer}`); // prettier-ignore
  const returns = shared.kernels.get(made.call.kernel)!.func.retType;
  const params = made.params.map((type, k) => `${typeOf(cx, type)} %a${k}`);
  const cell = dialect.pointerTo("i64");
  /** The status, and the place of the result. */
  const call = ({ kernel, args }: ExportCall, measured?: Ref): { status: Ref; at: Ref } => {
    const { func, signature, symbol } = shared.kernels.get(kernel)!;
    const types = [
      ...signature.pointers.map(() => undefined),
      ...signature.scalars.map((v) => v.dtype),
      ...signature.symbols.map((v) => v.dtype),
    ];
    const given = args.map((arg, k) => {
      const type = types[k];
      if (arg.kind === "measured") return `i64 ${measured}`;
      if (arg.kind === "constant") return `${pointer} ${addressOf(shared, arg.bytes, 64)}`;
      return type === undefined ? `${pointer} %a${arg.at}` : `i64 ${toBits(cx, `%a${arg.at}`, type)}`; // prettier-ignore
    });
    const at = func.retType.code === "void" ? "" : f.atEntry("alloca i64, align 8");
    const all = [`${pointer} ${context}`, ...given, ...(at === "" ? [] : [`${cell} ${at}`])];
    return { status: f.value(`call i32 @${symbol}(${all.join(", ")})`), at };
  };
  const stopped = (status: Ref): Ref => f.value(`icmp ne i32 ${status}, 0`);
  let measured: Ref | undefined;
  if (made.measure !== undefined) {
    const { status, at } = call(made.measure);
    f.when(stopped(status), () => f.ret(`ret i32 ${status}`));
    measured = f.value(`load i64, ${cell} ${at}, align 8`);
  }
  const { status, at } = call(made.call, measured);
  if (made.gives === "value") {
    f.when(stopped(status), () => f.ret("ret i64 -1"));
    f.ret(`ret i64 ${f.value(`load i64, ${cell} ${at}, align 8`)}`);
  } else {
    if (at !== "") {
      const type = returns.code === "bool" ? "i8" : typeOf(cx, returns);
      params.push(`${dialect.pointerTo(type)} %result`);
      f.when(f.value(`icmp eq i32 ${status}, 0`), () => {
        const value = fromBits(cx, f.value(`load i64, ${cell} ${at}, align 8`), returns);
        const held = returns.code === "bool" ? f.value(`zext i1 ${value} to i8`) : value;
        f.line(`store ${type} ${held}, ${dialect.pointerTo(type)} %result`);
      });
    }
    f.ret(`ret i32 ${status}`);
  }
  const result = made.gives === "value" ? "i64" : "i32";
  shared.module.define(
    f.render(`define ${result} @${quoted(made.symbol)}(${params.join(", ")}) ${shared.attributes}`),
  );
}

/** The address of constant bytes, as an operand. */
function addressOf({ module }: ModuleContext, bytes: Uint8Array, align: number): string {
  const name = module.constant(bytes, align);
  const { pointer } = module.dialect;
  return pointer === "ptr" ? name : `bitcast ([${bytes.length} x i8]* ${name} to ${pointer})`;
}

/** `text (status)` */
function defineStatusText(
  shared: ModuleContext,
  name: string,
  statuses: readonly StatusInfo[],
): void {
  const { pointer } = shared.module.dialect;
  const texts = ["ok", ...statuses.map((s) => `${s.function}: ${s.message}`)];
  const own = [...new Set(texts)];
  const give = (text: string): string =>
    `ret ${pointer} ${addressOf(shared, new TextEncoder().encode(`${text}\0`), 1)}`;
  const targets = texts.map((text, k) => `i32 ${k}, label %s${own.indexOf(text)}`).join(" ");
  shared.module.define(
    [
      `define ${pointer} @${quoted(name)}(i32 %status) ${shared.attributes} {`,
      `  switch i32 %status, label %unknown [ ${targets} ]`,
      ...own.map((text, k) => `s${k}:\n  ${give(text)}`),
      `unknown:\n  ${give("unknown status")}`,
      "}",
    ].join("\n"),
  );
}
