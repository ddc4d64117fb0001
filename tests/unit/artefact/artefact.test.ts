import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../../src/support/crc32.js";
import {
  ARGUMENT,
  argumentWord,
  constantOperand,
  decodeArtefact,
  encodeArtefact,
  functionOperand,
  immediate,
  makeCodeBuilder,
  OPCODE,
  register,
  wordKind,
  wordValue,
  type Artefact,
  type Executable,
} from "../../../src/artefact/index.js";
import { loadArtefact } from "../../../src/runtime/load-artefact.js";
import { memoryDevice } from "../../../src/runtime/vm/device.js";
import { makeMachine } from "../../../src/runtime/vm/machine.js";
import { DiagnosticError } from "../../../src/support/diagnostic.js";
import { float32, int64 } from "../../../src/support/dtype.js";
import { intValue } from "../../../src/support/value.js";

const artefacts = suite("artefact: .rxe files");

/** main(x): t = make_tuple(x, 7, constant); if x: r = t else: r = 2^60; return r */
function program(): Executable {
  const b = makeCodeBuilder();
  const source = { name: "a.relax", text: "some text" };
  const main = b.declare("main");
  const tuple = b.host("vm.builtin.make_tuple");
  const copy = b.host("vm.builtin.copy");
  const one = b.constant({
    kind: "tensor",
    data: { dtype: float32, shape: [1], bytes: new Uint8Array(4) },
  });
  b.kernel("unused", () => [
    {
      kind: "buffer",
      name: "A",
      dtype: "float32",
      shape: [
        { symbol: "n", id: 0 },
        { op: "mul", args: [{ symbol: "n", id: 0 }, { value: 2 }] },
      ],
    },
    { kind: "scalar", name: "k", dtype: "int32", id: 1 },
    { kind: "pointer", name: "p" },
  ]);
  b.begin(main);
  b.call(tuple, [register(0), immediate(7), constantOperand(one), functionOperand(main)], 1, {
    source,
    start: 0,
    end: 4,
  });
  const toElse = b.branch(0);
  b.call(copy, [register(1)], 2);
  const toEnd = b.goto();
  b.land(toElse);
  b.call(copy, [immediate(2n ** 60n)], 2);
  b.land(toEnd);
  b.ret(2);
  b.end(main, ["x"], 3, true);
  return b.finish();
}
const artefact = (executable = program()): Artefact => ({
  manifest: { producer: "relaxc test", target: "wasm", entry: "main" },
  executable,
  kernels: new Uint8Array(),
});
const withoutKernel = (): Executable => {
  const e = program();
  return {
    ...e,
    functions: e.functions.map((f) =>
      f.kind === "kernel" ? { kind: "host", name: "vm.builtin.copy" } : f,
    ),
  };
};

artefacts("read back as written, with the same bytes each time", () => {
  const bytes = encodeArtefact(artefact());
  const read = decodeArtefact(bytes, "a.rxe");
  assert.equal(read.executable, program());
  assert.equal(read.manifest.entry, "main");
  assert.equal(encodeArtefact(read), bytes);
});

artefacts("argument words hold 56 bits with sign", () => {
  const value = fc.bigInt(-(2n ** 55n), 2n ** 55n - 1n);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 }), value, (kind, x) => {
      const word = argumentWord(kind, x);
      assert.is(wordKind(word), kind);
      assert.is(wordValue(word), x);
    }),
    { seed: 1 },
  );
});

artefacts("a loaded program runs", () => {
  const machine = loadArtefact(encodeArtefact(artefact(withoutKernel())), "a.rxe");
  const big = machine.invoke("main", [intValue(0, int64)]);
  assert.equal(big, intValue(2n ** 60n, int64));
  assert.is(machine.invoke("main", [intValue(1, int64)]).kind, "tuple");
});

const onlyDiagnostics = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic.code;
    throw error;
  }
};

artefacts("any damaged byte is found by a checksum", () => {
  const bytes = encodeArtefact(artefact());
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = bytes.slice();
      damaged[at]! ^= change;
      const code = onlyDiagnostics(() => decodeArtefact(damaged, "a.rxe"));
      // Bytes between sections mean nothing.
      if (code === undefined) assert.is(bytes[at], 0);
      else assert.match(code, /^RUN15[0-3]$/);
    }),
    { seed: 2, numRuns: 500 },
  );
});

artefacts("cut files and foreign files are refused", () => {
  const bytes = encodeArtefact(artefact());
  for (let n = 0; n < bytes.length; n += 13) {
    assert.match(
      onlyDiagnostics(() => decodeArtefact(bytes.slice(0, n), "a.rxe"))!,
      /^RUN15/,
    );
  }
  assert.is(
    onlyDiagnostics(() => decodeArtefact(new Uint8Array(100), "a")),
    "RUN150",
  );
});

/** Changes a byte inside a section and mends all checksums: the content itself is hostile. */
function forge(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const forged = bytes.slice();
  forged[at] = value;
  const view = new DataView(forged.buffer);
  const count = view.getUint32(8, true);
  const entries: { sum: number; length: number }[] = [];
  let p = 12;
  for (let i = 0; i < count; i++) {
    p += 4 + view.getUint32(p, true);
    entries.push({ length: view.getUint32(p, true), sum: p + 4 });
    p += 8;
  }
  const head = p;
  p += 4;
  for (const { sum, length } of entries) {
    p = 64 * Math.ceil(p / 64);
    view.setUint32(sum, crc32(forged.subarray(p, p + length)), true);
    p += length;
  }
  view.setUint32(head, crc32(forged.subarray(0, head)), true);
  return forged;
}

artefacts("hostile content gives a diagnostic, never a crash", () => {
  const bytes = encodeArtefact(artefact(withoutKernel()));
  const start = 64 * Math.ceil((bytes.indexOf(123) - 3) / 64);
  let loaded = 0;
  fc.assert(
    fc.property(fc.integer({ min: start, max: bytes.length - 1 }), fc.nat(255), (at, value) => {
      onlyDiagnostics(() => {
        const machine = loadArtefact(forge(bytes, at, value), "a.rxe", { stepLimit: 1000 });
        loaded++;
        machine.invoke("main", [intValue(1, int64)]);
      });
    }),
    { seed: 3, numRuns: 1500 },
  );
  assert.ok(loaded > 100, `${loaded}`);
});

const changed = (change: (words: BigInt64Array, e: Executable) => void): string | undefined => {
  const e = withoutKernel();
  const words = e.words.slice();
  change(words, e);
  return onlyDiagnostics(() => makeMachine({ ...e, words }, memoryDevice()));
};

artefacts("the loader checks registers, constants, functions and jumps", () => {
  assert.is(
    changed(() => undefined),
    undefined,
  );
  assert.is(
    changed((w) => void (w[1] = 3n)),
    "RUN101",
  );
  assert.is(
    changed((w) => void (w[2] = 99n)),
    "RUN101",
  );
  assert.is(
    changed((w) => void (w[3] = -1n)),
    "RUN101",
  );
  assert.is(
    changed((w) => void (w[4] = argumentWord(ARGUMENT.register, 9n))),
    "RUN101",
  );
  assert.is(
    changed((w) => void (w[6] = argumentWord(ARGUMENT.constant, 1n << 40n))),
    "RUN101",
  );
  assert.is(
    changed((w) => void (w[7] = argumentWord(ARGUMENT.function, -1n))),
    "RUN101",
  );
  assert.is(
    changed((w) => void (w[4] = argumentWord(9, 0n))),
    "RUN101",
  );
  const branch = (w: BigInt64Array): number => w.indexOf(OPCODE.branch);
  assert.is(
    changed((w) => void (w[branch(w) + 2] = 100n)),
    "RUN101",
  );
  assert.is(
    changed((w) => void (w[branch(w) + 2] = -1n)),
    "RUN101",
  );
  assert.is(
    changed((w) => void (w[w.length - 2] = OPCODE.goto)),
    "RUN101",
  );
  assert.is(
    changed((w) => void (w[0] = 77n)),
    "RUN101",
  );
});

artefacts.run();
