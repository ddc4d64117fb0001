import { suite } from "uvu";
import * as assert from "uvu/assert";
import { firstDifference, structuralEqual } from "../../../src/ir/core/equal.js";
import { freeBinders } from "../../../src/ir/core/free-vars.js";
import { structuralHash } from "../../../src/ir/core/hash.js";
import { fromJson, toJson } from "../../../src/ir/core/json.js";
import { rebuild, refresh, rewrite, substitute } from "../../../src/ir/core/rewrite.js";
import { children, visit } from "../../../src/ir/core/visit.js";
import { globalVar, irModule } from "../../../src/ir/module.js";
import { fieldValue, owningFieldsOf, type Node } from "../../../src/ir/nodes.js";
import {
  bindingBlock,
  relaxCall,
  relaxFunction,
  relaxVar,
  op,
  seqExpr,
  shapeExpr,
  varBinding,
} from "../../../src/ir/relax/expr.js";
import { tensorInfo } from "../../../src/ir/relax/struct-info.js";
import { makeBuffer, type Buffer } from "../../../src/ir/tir/buffer.js";
import {
  binary,
  cast,
  compare,
  floatImm,
  intImm,
  load,
  logic,
  makeVar,
} from "../../../src/ir/tir/expr.js";
import { param, type PrimFunc } from "../../../src/ir/tir/function.js";
import { bind, evaluate, forLoop, seq, store } from "../../../src/ir/tir/stmt.js";
import { float32, handle, int64, voidType } from "../../../src/support/dtype.js";

const test = suite("ir: derived from the node table");

/** `for i in range(n): B[i] = A[i] + c` */
function addConstant(names: readonly [string, string, string], c: number): PrimFunc {
  const n = makeVar(names[0], int64);
  const [A, B] = [names[1], names[2]].map((name) =>
    makeBuffer({ name, dtype: float32, shape: [n] }),
  ) as [Buffer, Buffer];
  const i = makeVar("i", int64);
  return {
    kind: "tir.PrimFunc",
    name: "f",
    params: [A, B].map((b) => param(makeVar(b.name, handle), b)),
    retType: voidType,
    attrs: new Map([["tir.noalias", true]]),
    isPrivate: false,
    sTir: false,
    persistent: false,
    body: forLoop({
      var: i,
      min: intImm(0, int64),
      extent: n,
      body: store(B, [i], binary("add", load(A, [i]), floatImm(c, float32))),
    }),
  };
}

test("equality ignores names and follows bound variables", () => {
  const a = addConstant(["n", "A", "B"], 1);
  const b = addConstant(["m", "X", "Y"], 1);
  assert.ok(structuralEqual(a, b));
  assert.ok(structuralEqual(a, b, { mapFreeVars: false }));
  assert.is(structuralHash(a), structuralHash(b));
});

test("a difference is named by its path", () => {
  const difference = firstDifference(
    addConstant(["n", "A", "B"], 1),
    addConstant(["n", "A", "B"], 2),
  );
  assert.is(difference?.path, "<root>.body.body.value.b.value");
  assert.is(difference?.a, 1);
});

test("two variables are not one", () => {
  const [x, y] = [makeVar("x", int64), makeVar("x", int64)];
  assert.not(structuralEqual(binary("add", x, y), binary("add", x, x)));
  assert.not(structuralEqual(x, y, { mapFreeVars: false }));
});

test("constants compare by bits: minus zero differs, not-a-number equals itself", () => {
  assert.not(structuralEqual(floatImm(0, float32), floatImm(-0, float32)));
  assert.ok(structuralEqual(floatImm(NaN, float32), floatImm(NaN, float32)));
});

test("JSON keeps everything, sharing included", () => {
  const f = addConstant(["n", "A", "B"], Infinity);
  const n = makeVar("n", int64);
  const x = relaxVar("x", tensorInfo({ shape: shapeExpr([n, intImm(4, int64)]), dtype: float32 }));
  const y = relaxVar("y", x.sinfo);
  const main = relaxFunction({
    name: "main",
    params: [x],
    body: seqExpr([bindingBlock([varBinding(y, relaxCall(op("nn.relu"), [x]))])], y),
    retSinfo: x.sinfo!,
    isPure: true,
    isPrivate: false,
    attrs: new Map<string, never>(),
  });
  const module = irModule(
    new Map<string, PrimFunc | typeof main>([
      ["f", f],
      ["main", main],
    ]),
  );
  const back = fromJson(JSON.parse(JSON.stringify(toJson(module))) as never);
  assert.ok(structuralEqual(module, back));
  assert.is(structuralHash(module), structuralHash(back));
  assert.equal(toJson(back), toJson(module));
});

test("kinds whose walk is written out are walked in the order of the table", () => {
  const [i, j] = [makeVar("i", int64), makeVar("j", int64)];
  const buffer = makeBuffer({
    name: "A",
    dtype: float32,
    shape: [intImm(4, int64), intImm(4, int64)],
  });
  const mask = compare("lt", i, j);
  const read = load(buffer, [i, j], undefined, mask);
  const nodes: readonly Node[] = [
    i, intImm(1, int64), binary("add", i, j), mask, logic("and", mask, mask), cast(i, float32),
    read, load(buffer, [i, j]), store(buffer, [i, j], read, undefined, mask), store(buffer, [i, j], read),
  ]; // prettier-ignore
  for (const node of nodes) {
    const expected = owningFieldsOf(node.kind)
      .flatMap(({ name }) => fieldValue(node, name) as Node | readonly Node[] | undefined)
      .filter((child) => child !== undefined);
    const own: Node[] = [];
    children(node, (child) => own.push(child));
    assert.equal(own.map(toJson), expected.map(toJson), node.kind);
    const visited: Node[] = [];
    visit(node, { enter: (n) => (n === node ? undefined : (visited.push(n), false)) });
    assert.equal(visited.map(toJson), expected.map(toJson), node.kind);
    const changed: Node[] = [];
    assert.is(
      rebuild(node, (child) => (changed.push(child), child)),
      node,
    );
    assert.ok(changed.length === expected.length && changed.every((n, k) => n === expected[k]));
    for (let k = 0; k < expected.length; k++) {
      const other = { ...expected[k]! } as Node;
      let at = 0;
      const after = rebuild(node, (child) => (at++ === k ? other : child));
      const found: Node[] = [];
      children(after, (child) => found.push(child));
      assert.ok(found.length === expected.length && found[k] === other, `${node.kind} ${k}`);
      assert.ok(found.every((n, m) => m === k || n === expected[m]));
    }
  }
});

test("rewriting without a change gives the same object", () => {
  const f = addConstant(["n", "A", "B"], 1);
  assert.is(
    rewrite(f, (node) => node),
    f,
  );
});

test("substitution reaches the shapes of buffers, and every use follows", () => {
  const f = addConstant(["n", "A", "B"], 1);
  const n = f.params[0]!.buffer!.shape[0]!;
  assert.ok(n.kind === "tir.Var");
  const after = substitute(f, new Map([[n, intImm(16, int64)]]));
  const buffers = new Set<Node>();
  visit(after, { enter: (node) => void (node.kind === "tir.Buffer" && buffers.add(node)) });
  assert.is(buffers.size, 2);
  for (const b of buffers) assert.is((b as Buffer).shape[0]!.kind, "tir.IntImm");
});

test("fresh binders make an equal copy that shares none of them", () => {
  const f = addConstant(["n", "A", "B"], 1);
  const binders = new Set<Node>();
  visit(f, { enter: (node, defining) => void (defining && binders.add(node)) });
  const copy = refresh(f, binders);
  assert.ok(structuralEqual(f, copy, { mapFreeVars: false }));
  visit(copy, { enter: (node) => assert.not(binders.has(node)) });
});

test("free binders are those not defined inside", () => {
  const x = makeVar("x", int64);
  const y = makeVar("y", int64);
  assert.equal(freeBinders(seq([bind(x, y), evaluate(x)])), [y]);
});

test("module functions compare by name, in any order", () => {
  const f = addConstant(["n", "A", "B"], 1);
  const g = addConstant(["n", "A", "B"], 2);
  assert.ok(
    structuralEqual(
      irModule(
        new Map([
          ["f", f],
          ["g", g],
        ]),
      ),
      irModule(
        new Map([
          ["g", g],
          ["f", f],
        ]),
      ),
    ),
  );
  assert.not(structuralEqual(irModule(new Map([["f", f]])), irModule(new Map([["g", f]]))));
  assert.ok(structuralEqual(globalVar("f"), globalVar("f")));
});

test("what is not IR is refused by its reason", () => {
  assert.throws(() => fromJson({ kind: "tir.Nothing" }), /unknown node kind/);
  assert.throws(() => fromJson({ $ref: 3 }), /before its definition/);
});

test.run();
