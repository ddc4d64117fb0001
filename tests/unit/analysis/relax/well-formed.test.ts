import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkRelax } from "../../../../src/analysis/relax/index.js";
import { noAttrs, type AttrValue } from "../../../../src/ir/core/node.js";
import {
  externFunc,
  globalVar,
  irModule,
  type BaseFunc,
  type IRModule,
} from "../../../../src/ir/module.js";
import * as R from "../../../../src/ir/relax/expr.js";
import {
  objectInfo,
  primInfo,
  shapeInfo,
  tensorInfo,
  tupleInfo,
  voidInfo,
  type StructInfo,
} from "../../../../src/ir/relax/struct-info.js";
import { call as tirCall, floatImm, makeVar, stringImm } from "../../../../src/ir/tir/expr.js";
import { makeBuffer as buffer } from "../../../../src/ir/tir/buffer.js";
import { evaluate } from "../../../../src/ir/tir/stmt.js";
import { param, type PrimFunc } from "../../../../src/ir/tir/function.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { bool, float32, handle, int32, int64, voidType } from "../../../../src/support/dtype.js";
import { T, dim, m, n, plus } from "../../op/build.js";

const test = suite("analysis: well-formedness of Relax");

interface Options {
  readonly ret?: StructInfo;
  readonly pure?: boolean;
  readonly attrs?: ReadonlyMap<string, AttrValue>;
}
const func = (
  name: string,
  params: readonly R.Var[],
  blocks: readonly R.BindingBlock[],
  body: R.Expr,
  o: Options = {},
): R.Func =>
  R.relaxFunction({
    name,
    params,
    body: R.seqExpr(blocks, body),
    retSinfo: o.ret ?? (body.kind === "relax.Var" ? (body.sinfo ?? objectInfo) : objectInfo),
    isPure: o.pure ?? true,
    isPrivate: false,
    attrs: o.attrs ?? noAttrs,
  });
const moduleOf = (...funcs: BaseFunc[]): IRModule =>
  irModule(
    new Map(funcs.map((f, i) => [f.kind === "ir.ExternFunc" ? f.symbol : f.name || `f${i}`, f])),
  );
const codesOf = (...funcs: BaseFunc[]): string[] => {
  const sink = new Diagnostics();
  checkRelax(moduleOf(...funcs), sink);
  return sink.all.map((d) => d.code);
};

const call = (op: string, ...args: R.Expr[]): R.Call => R.relaxCall(R.op(op), args);
const v = (name: string, info: StructInfo | undefined = T([2]), more = {}): R.Var =>
  R.relaxVar(name, info, more);
const bind = (x: R.Var, e: R.Expr | R.Func): R.Binding => R.varBinding(x, e);
const block = (...b: R.Binding[]): R.BindingBlock => R.bindingBlock(b);
const flow = (...b: R.Binding[]): R.BindingBlock => R.bindingBlock(b, true);
const x = (): R.Var => v("x");

const tir = (name: string): PrimFunc => ({
  kind: "tir.PrimFunc",
  name,
  params: ["A", "B"].map((b) =>
    param(makeVar(b.toLowerCase(), handle), buffer({ name: b, shape: [dim(2)], dtype: float32 })),
  ),
  retType: voidType,
  attrs: noAttrs,
  isPrivate: false,
  sTir: true,
  persistent: false,
  body: evaluate(tirCall("call_extern", [stringImm("act")], int32)),
});

test("a sound function has no diagnostics", () => {
  const a = x();
  const lv = v("lv", T([2]), { dataflow: true });
  const y = v("y");
  assert.equal(
    codesOf(func("main", [a], [flow(bind(lv, call("exp", a)), bind(y, call("add", lv, a)))], y)),
    [],
  );
});

test("every operator's mistakes come out of the check", () => {
  const [a, b] = [v("a", T([2, 3])), v("b", T([4, 5]))];
  const y = v("y", T([2, 5]));
  assert.equal(codesOf(func("main", [a, b], [block(bind(y, call("matmul", a, b)))], y)), [
    "SHP002",
  ]);
});

test("1: a variable without info", () => {
  const a = x();
  const y = R.relaxVar("y", undefined);
  assert.equal(
    codesOf(func("main", [a], [block(bind(y, call("exp", a)))], y, { ret: objectInfo })),
    ["WFR001"],
  );
});

test("2: an unknown function, with the nearest name", () => {
  const a = x();
  const y = v("y");
  const sink = new Diagnostics();
  const f = func("main", [a], [block(bind(y, R.relaxCall(globalVar("hleper"), [a])))], y);
  checkRelax(moduleOf(f, func("helper", [x()], [], R.tuple([]), { ret: voidInfo })), sink);
  assert.is(sink.all[0]?.code, "WFR002");
  assert.match(sink.all[0]?.hints.join() ?? "", /helper/);
});

test("3: a T function called directly", () => {
  const a = x();
  const y = v("y", voidInfo);
  assert.equal(
    codesOf(func("main", [a], [block(bind(y, R.relaxCall(globalVar("k"), [a, a])))], a), tir("k")),
    ["WFR003"],
  );
});

test("4: an exported name that differs", () => {
  const a = x();
  assert.equal(
    codesOf(func("main", [a], [], a, { attrs: new Map([["global_symbol", "other"]]) })),
    ["WFR004"],
  );
});

test("5: one parameter of two functions", () => {
  const a = x();
  assert.equal(codesOf(func("f", [a], [], a), func("g", [a], [], a)), ["WFR005"]);
});

test("6: one symbol of two functions", () => {
  const [a, b] = [v("a", T([n])), v("b", T([n]))];
  assert.equal(codesOf(func("f", [a], [], a), func("g", [b], [], b)), ["WFR006"]);
});

test("7: a variable before its binding, and outside its branch", () => {
  const a = x();
  const [y, z] = [v("y"), v("z")];
  assert.equal(
    codesOf(func("main", [a], [block(bind(z, call("exp", y)), bind(y, call("exp", a)))], z)),
    ["WFR007"],
  );
  const c = v("c", primInfo(bool));
  const inner = v("inner");
  const then = R.seqExpr([block(bind(inner, call("exp", a)))], inner);
  const e = R.ifExpr(c, then, R.seqExpr([], a));
  assert.equal(
    codesOf(func("main", [a, c], [block(bind(y, e), bind(z, call("add", y, inner)))], z)),
    ["WFR007"],
  );
});

test("8: a variable bound twice", () => {
  const a = x();
  const y = v("y");
  assert.equal(
    codesOf(func("main", [a], [block(bind(y, call("exp", a)), bind(y, call("exp", a)))], y)),
    ["WFR008"],
  );
});

test("9: a symbol that nothing defines", () => {
  const a = v("a", T([plus(n, 1)]));
  assert.equal(codesOf(func("main", [a], [], a)), ["WFR009", "WFR023"]);
  const b = v("b", T([plus(m, 1)]));
  assert.equal(codesOf(func("main", [b, v("c", T([m]))], [], b)), []);
  const s = v("s", shapeInfo([n]));
  assert.equal(
    codesOf(func("main", [x()], [block(bind(s, R.shapeExpr([n])))], R.tuple([]))).filter(
      (c) => c !== "SCO100",
    ),
    ["WFR009"],
  );
});

test("10: a dataflow variable outside its block, as parameter, in a plain block", () => {
  const a = x();
  const lv = v("lv", T([2]), { dataflow: true });
  const y = v("y");
  assert.equal(
    codesOf(
      func("main", [a], [flow(bind(lv, call("exp", a))), block(bind(y, call("exp", lv)))], y),
    ),
    ["WFR010"],
  );
  const p = v("p", T([2]), { dataflow: true });
  assert.equal(codesOf(func("main", [p], [], p)), ["WFR010"]);
  const q = v("q", T([2]), { dataflow: true });
  assert.equal(codesOf(func("main", [a], [block(bind(q, call("exp", a)))], q)), ["WFR010"]);
});

test("11: a sequence as a value and as an operand", () => {
  const a = x();
  const y = v("y");
  assert.equal(codesOf(func("main", [a], [block(bind(y, R.seqExpr([], a)))], y)), ["WFR011"]);
  assert.equal(codesOf(func("main", [a], [block(bind(y, call("exp", R.seqExpr([], a))))], y)), [
    "WFR011",
  ]);
});

test("12: a computation where a leaf must be", () => {
  const a = x();
  const y = v("y");
  assert.equal(codesOf(func("main", [a], [block(bind(y, call("exp", call("exp", a))))], y)), [
    "WFR012",
  ]);
  assert.equal(codesOf(func("main", [a], [], call("exp", a))), ["WFR012"]);
  const pair = v("pair", tupleInfo([T([2])]));
  assert.equal(codesOf(func("main", [a], [block(bind(pair, R.tuple([call("exp", a)])))], pair)), [
    "WFR012",
  ]);
});

test("13: an if in a dataflow block", () => {
  const a = x();
  const c = v("c", primInfo(bool));
  const y = v("y");
  const e = R.ifExpr(c, R.seqExpr([], a), R.seqExpr([], a));
  assert.equal(codesOf(func("main", [a, c], [flow(bind(y, e))], y)), ["WFR013"]);
});

test("14, 15: impure calls", () => {
  const a = x();
  const p = v("_p", voidInfo);
  const print = call("print", R.str(""), a);
  assert.equal(codesOf(func("main", [a], [flow(bind(p, print))], a, { pure: false })), ["WFR014"]);
  assert.equal(codesOf(func("main", [a], [block(bind(p, print))], a)), ["WFR015"]);
  assert.equal(codesOf(func("main", [a], [block(bind(p, print))], a, { pure: false })), []);
  const forced = new Map<string, AttrValue>([["relax.force_pure", true]]);
  assert.equal(codesOf(func("main", [a], [block(bind(p, print))], a, { attrs: forced })), []);
  const o = v("_o", objectInfo);
  assert.equal(
    codesOf(func("main", [a], [block(bind(o, R.relaxCall(externFunc("my.fn"), [a])))], a)),
    ["WFR015"],
  );
  const s = v("_s", shapeInfo([dim(2)]));
  const builtin = R.relaxCall(externFunc("vm.builtin.shape_of"), [a]);
  assert.equal(codesOf(func("main", [a], [block(bind(s, builtin))], a)), []);
});

test("16: forced purity of an impure function", () => {
  const a = x();
  const attrs = new Map<string, AttrValue>([["relax.force_pure", true]]);
  assert.equal(codesOf(func("main", [a], [], a, { attrs, pure: false })), ["WFR016"]);
});

test("17: a T function as a value", () => {
  const a = x();
  const k = v("k", objectInfo);
  assert.equal(codesOf(func("main", [a], [block(bind(k, tir("k") as unknown as R.Func))], k)), [
    "WFR017",
  ]);
});

test("18: a dimension that is no integer", () => {
  const a = x();
  const s = v("_s", shapeInfo(undefined, 1));
  const shape = R.shapeExpr([floatImm(2, float32)]);
  assert.equal(codesOf(func("main", [a], [block(bind(s, shape))], a)), ["WFR018"]);
});

test("19: an annotation that the value contradicts, or does not prove", () => {
  const a = x();
  const wrong = v("y", T([3]), { annotated: true });
  assert.equal(codesOf(func("main", [a], [block(bind(wrong, call("exp", a)))], wrong)), ["WFR019"]);
  const b = v("b", T(undefined, "float32", 1));
  const narrow = v("y", T([3]), { annotated: true });
  assert.equal(codesOf(func("main", [b], [block(bind(narrow, call("exp", b)))], narrow)), [
    "WFR032",
  ]);
  const wide = v("y", T(undefined, "float32", 1), { annotated: true });
  assert.equal(codesOf(func("main", [a], [block(bind(wide, call("exp", a)))], wide)), []);
});

test("20: a call declared to return what its callee cannot", () => {
  const a = x();
  const y = v("y", T([3]));
  const f = externFunc("my.fn", {
    kind: "relax.FuncInfo",
    params: [T([2])],
    ret: T([2]),
    purity: true,
  });
  const made = R.relaxCall(f, [a], { sinfoArgs: [T([3])] });
  assert.ok(codesOf(func("main", [a], [block(bind(y, made))], y)).includes("WFR020"));
});

test("21, 22: call_tir with a tuple variable, of a Relax function, with unknown output", () => {
  const a = x();
  const y = v("y");
  const args = v("args", tupleInfo([T([2])]));
  const made = (callee: string, tuple: R.Expr, out: StructInfo): R.Call =>
    R.relaxCall(R.op("call_tir"), [globalVar(callee), tuple], { sinfoArgs: [out] });
  const run = (e: R.Call): string[] =>
    codesOf(func("main", [a, args], [block(bind(y, e))], y, { ret: objectInfo }), tir("k"));
  assert.equal(run(made("k", R.tuple([a]), T([2]))), []);
  assert.equal(run(made("k", args, T([2]))), ["WFR021"]);
  assert.equal(run(made("main", R.tuple([a]), T([2]))), ["WFR022"]);
  assert.equal(
    run(made("k", R.tuple([a]), T(undefined, "float32", 1))).filter((c) => c !== "WFR019"),
    ["WFR022"],
  );
});

test("23, 29: the declared result", () => {
  const a = x();
  assert.equal(codesOf(func("main", [a], [], a, { ret: T([n]) })), ["WFR023"]);
  assert.equal(codesOf(func("main", [a], [], a, { ret: T([3]) })), ["WFR029"]);
  assert.equal(codesOf(func("main", [a], [], a, { ret: T([2], "int8") })), ["WFR029"]);
  assert.equal(codesOf(func("main", [a], [], a, { ret: objectInfo })), []);
});

test("24: a condition that is no bool", () => {
  const a = x();
  const y = v("y");
  const e = R.ifExpr(a, R.seqExpr([], a), R.seqExpr([], a));
  assert.equal(codesOf(func("main", [a], [block(bind(y, e))], y)), ["WFR024"]);
});

test("25: an item that a tuple lacks", () => {
  const pair = v("pair", tupleInfo([T([2]), T([2])]));
  const y = v("y");
  assert.equal(codesOf(func("main", [pair], [block(bind(y, R.tupleGetItem(pair, 2)))], y)), [
    "WFR025",
  ]);
});

test("26: an unknown attribute", () => {
  const a = x();
  const y = v("y");
  const e = R.relaxCall(R.op("nn.softmax"), [a], {
    attrs: new Map<string, AttrValue>([["axes", 0]]),
  });
  assert.equal(codesOf(func("main", [a], [block(bind(y, e))], y)), ["WFR026"]);
});

test("27: storage outside its branch, a tensor after its end", () => {
  const a = x();
  const c = v("c", primInfo(bool));
  const storage = v("storage", objectInfo);
  const [y, z] = [v("y"), v("z")];
  const alloc = call(
    "memory.alloc_storage",
    R.shapeExpr([dim(8)]),
    R.primValue(dim(0)),
    R.str("global"),
    R.dtypeValue(float32),
  );
  const tensor = (s: R.Expr): R.Call =>
    call(
      "memory.alloc_tensor",
      s,
      R.primValue(dim(0)),
      R.shapeExpr([dim(2)]),
      R.dtypeValue(float32),
      R.primValue(dim(0)),
    );
  const then = R.seqExpr([block(bind(storage, alloc), bind(v("_t"), tensor(storage)))], a);
  const e = R.ifExpr(c, then, R.seqExpr([], a));
  assert.equal(
    codesOf(func("main", [a, c], [block(bind(y, e), bind(z, tensor(storage)))], z)).filter(
      (k) => k !== "SCO100",
    ),
    ["WFR027"],
  );
  const kill = call("memory.kill_tensor", z);
  const body = [
    block(
      bind(storage, alloc),
      bind(z, tensor(storage)),
      bind(v("_k", voidInfo), kill),
      bind(y, call("exp", z)),
    ),
  ];
  assert.equal(codesOf(func("main", [a], body, y, { pure: false })), ["WFR027"]);
});

test("28: a device that the module does not list", () => {
  const vdevice = { kind: "ir.VDevice", target: "cuda", index: 0, scope: "global" } as const;
  const a = v("a", tensorInfo({ shape: R.shapeExpr([dim(2)]), dtype: float32, vdevice }));
  assert.equal(codesOf(func("main", [a], [], a)), ["WFR028"]);
  const sink = new Diagnostics();
  const f = func("main", [a], [], a);
  checkRelax(
    irModule(new Map([["main", f]]), { globalInfos: new Map([["vdevice", [vdevice]]]) }),
    sink,
  );
  assert.is(sink.all.length, 0);
});

test("30: a match_cast that fails always", () => {
  const a = x();
  const y = v("y", T([3]));
  assert.equal(codesOf(func("main", [a], [block(R.matchCast(y, a, T([3])))], y)), ["WFR030"]);
  const z = v("z", T([m]));
  assert.equal(
    codesOf(
      func("main", [a], [block(R.matchCast(z, a, T([m])))], z, { ret: T(undefined, "float32", 1) }),
    ),
    [],
  );
});

test("31: a product summed in eight bits", () => {
  const [a, b] = [v("a", T([2, 3], "int8")), v("b", T([3, 4], "int8"))];
  const y = v("y", T([2, 4], "int8"));
  assert.equal(codesOf(func("main", [a, b], [block(bind(y, call("matmul", a, b)))], y)), [
    "WFR031",
  ]);
});

test("all violations are collected", () => {
  const a = x();
  const [y, z] = [v("y"), v("z")];
  const bad = R.relaxCall(globalVar("nothing"), [a]);
  const found = codesOf(
    func(
      "main",
      [a],
      [block(bind(y, bad), bind(z, call("exp", call("exp", a))), bind(y, call("exp", z)))],
      y,
    ),
  );
  assert.equal(found, ["WFR002", "WFR012", "WFR008"]);
});

test("unused bindings are named; effects and checks are left alone", () => {
  const a = x();
  const [x0, y] = [v("x0"), v("y")];
  const sink = new Diagnostics();
  checkRelax(
    moduleOf(func("main", [a], [block(bind(x0, call("exp", a)), bind(y, call("exp", a)))], y)),
    sink,
  );
  assert.equal(
    sink.all.map((d) => [d.code, d.severity]),
    [["SCO100", "warning"]],
  );
  assert.match(sink.all[0]!.message, /x0/);
});

test("a scalar is used where its symbol is, and has any value of its type", () => {
  const s = makeVar("s", int64);
  const scalar = v("s", primInfo(int64, s), { annotated: true });
  const y = v("y", tupleInfo([primInfo(int64, s)]));
  const three = bind(scalar, R.primValue(dim(3)));
  const pair = R.tuple([R.primValue(s)]);
  const ret = tupleInfo([primInfo(int64)]);
  assert.equal(codesOf(func("main", [x()], [block(three, bind(y, pair))], y, { ret })), []);
  assert.equal(codesOf(func("main", [x()], [block(three)], R.tuple([]), { ret: voidInfo })), [
    "SCO100",
  ]);
});

test("hidden names are told on request", () => {
  const a = x();
  const [y1, y2] = [v("y"), v("y")];
  const sink = new Diagnostics();
  const f = func("main", [a], [block(bind(y1, call("exp", a)), bind(y2, call("exp", y1)))], y2);
  checkRelax(moduleOf(f), sink, { shadowed: true });
  assert.equal(
    sink.all.map((d) => d.code),
    ["SCO103"],
  );
});

test("bounds of symbols decide comparisons", () => {
  const run = (attrs: ReadonlyMap<string, AttrValue>): string[] => {
    const s = makeVar("s", int64);
    const [a, b] = [v("a", T([2, s])), v("b", T([5, 4]))];
    const y = v("y", T([2, 4]));
    return codesOf(func("main", [a, b], [block(bind(y, call("matmul", a, b)))], y, { attrs }));
  };
  assert.equal(run(noAttrs), []);
  assert.equal(run(new Map([["tir_var_upper_bound", new Map([["s", 4]])]])), ["SHP002"]);
  assert.equal(run(new Map([["tir_var_upper_bound", new Map([["s", 5]])]])), []);
});

test.run();
