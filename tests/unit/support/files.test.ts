import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bytesOf, dtype } from "../../../src/support/dtype.js";
import { FileFormatError } from "../../../src/support/file-error.js";
import { inflate } from "../../../src/support/inflate.js";
import { elementCount, sameTensor, type NDArray } from "../../../src/support/ndarray.js";
import { readNpy, writeNpy } from "../../../src/support/npy.js";
import { readNpz, writeNpz } from "../../../src/support/npz.js";
import { readSafetensors, writeSafetensors } from "../../../src/support/safetensors.js";

const files = suite("support: tensor files");

const native = ["bool", "int8", "uint16", "int32", "int64", "float16", "float32", "float64"];
const all = [...native, "bfloat16", "float8_e4m3fn", "float4_e2m1fn", "int4"];
const tensor = (names: readonly string[]): fc.Arbitrary<NDArray> =>
  fc
    .tuple(fc.constantFrom(...names), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }))
    .chain(([name, shape]) => {
      const size = elementCount(shape) * bytesOf(dtype(name));
      return fc
        .uint8Array({ minLength: size, maxLength: size })
        .map((bytes): NDArray => ({ dtype: dtype(name), shape, bytes }));
    });

files(".npy files read back", () => {
  fc.assert(
    fc.property(tensor(native), (t) => {
      const bytes = writeNpy(t);
      assert.ok(sameTensor(readNpy(bytes), t));
      assert.is((bytes.length - t.bytes.length) % 64, 0);
    }),
    { seed: 1 },
  );
});

files("Fortran order and big-endian numbers are converted", () => {
  const header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n";
  const text = `\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`;
  const data = [0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6];
  const read = readNpy(Uint8Array.from([...[...text].map((c) => c.charCodeAt(0)), ...data]));
  assert.equal([...new Int16Array(read.bytes.buffer)], [1, 2, 3, 4, 5, 6]);
});

files(".npz and .safetensors files read back", () => {
  const named = (names: readonly string[]) =>
    fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), tensor(names)), {
      maxLength: 4,
      selector: ([name]) => name,
    });
  const same = (a: ReadonlyMap<string, NDArray>, b: ReadonlyMap<string, NDArray>): void => {
    assert.equal([...a.keys()].sort(), [...b.keys()].sort());
    for (const [name, t] of a) assert.ok(sameTensor(t, b.get(name)!), name);
  };
  fc.assert(fc.property(named(native), (t) => same(readNpz(writeNpz(new Map(t))), new Map(t))), { seed: 2 }); // prettier-ignore
  fc.assert(fc.property(named(all), (t) => same(readSafetensors(writeSafetensors(new Map(t))), new Map(t))), { seed: 3 }); // prettier-ignore
});

files("damaged files are refused, whatever the damage", () => {
  const t: NDArray = { dtype: dtype("int32"), shape: [2, 2], bytes: new Uint8Array(16).fill(7) };
  const originals = [
    [writeNpy(t), readNpy],
    [writeNpz(new Map([["a", t]])), readNpz],
    [writeSafetensors(new Map([["a", t]])), readSafetensors],
  ] as const;
  for (const [bytes, read] of originals) {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const damaged = cut ? bytes.slice(0, at) : bytes.slice();
        if (!cut) damaged[at] = value;
        try {
          read(damaged);
        } catch (error) {
          assert.instance(error, FileFormatError);
        }
      }),
      { seed: 4, numRuns: 400 },
    );
  }
});

files("deflated data is read: stored, fixed and dynamic blocks", () => {
  const decode = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  assert.is(text(inflate(decode("AQUA+v9oZWxsbw=="), 5)), "hello");
  assert.is(text(inflate(decode("S0xMTEwCgkQA"), 9)), "aaaabbbba");
  const squares = Array.from({ length: 120 }, (_, i) => `${(i * i) % 97} `).join("");
  const dynamic =
    "pZCJDUQhCAVbmRI+oKj9N7ajLWxijMc7+QgGh2hyUs049GAHRQ7GYiVJBZ0cEcX6iGQWR7RcBTwP5semJ7nYmznIZKum1CSC3bSMTSUhklPsyTos93rrXX30qy9IqARpkuMJKaeo0hpoo5mW+5ob4QaJF6pvQGMa1sgG71cibx1LWa1uSatauF55R3CcRfD9N5Mf";
  assert.is(text(inflate(decode(dynamic), squares.length)), squares);
  assert.throws(
    () => inflate(decode("S0xMTEwCgkQA"), 8),
    (e: unknown) => e instanceof FileFormatError,
  );
});

files.run();
