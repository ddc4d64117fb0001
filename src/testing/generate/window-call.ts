/** Random calls of operators over spatial dimensions, with the lengths in numbers and by name. */
import { bytesOf, dtype, isFloat } from "../../support/dtype.js";
import { elementCount, type NDArray } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import { rounder } from "../../support/numeric/scalar.js";
import type { Random } from "./random.js";

/** One call as two programs that take the same inputs. */
export interface WindowCall {
  readonly numbered: string;
  readonly named: string;
  readonly inputs: readonly NDArray[];
}

interface Dim {
  readonly length: number;
  readonly name?: string;
}
interface Operand {
  readonly name: string;
  readonly shape: readonly Dim[];
}
interface Parts {
  readonly operands: readonly Operand[];
  /** The call, given how lengths are written. */
  call(write: (d: Dim) => string): string;
}

const AXES = ["W", "HW", "DHW"];
const list = (items: readonly (number | string)[]): string => `[${items.join(", ")}]`;
const of = (length: number): Dim => ({ length });

/** A convolution, pool, resampling or border; windows may be larger than the image. */
export function generateWindowCall(rng: Random): WindowCall {
  const rank = rng.between(1, 3);
  const spatial = ["h", "w", "z"]
    .slice(0, rank)
    .map((name): Dim => ({ name, length: rng.between(1, rank === 3 ? 4 : 7) }));
  const batch = { name: "n", length: rng.between(0, 2) };
  const type = dtype(rng.pick(["float32", "float16", "int32"]));
  const { operands, call } = rng.pick([convolution, transposed, pool, adaptive, resize, border])({
    rng,
    rank,
    spatial,
    batch,
  });
  const text = (write: (d: Dim) => string, declarations: string): string => {
    const params = operands.map(
      ({ name, shape }) =>
        `${name}: R.Tensor((${shape.map((d) => `${write(d)},`).join(" ")}), "${type.name}")`,
    );
    const inside = (d: Dim): string => write(d).replaceAll('"', "");
    return `@R.function\ndef main(${params.join(", ")}):\n${declarations}    return ${call(inside)}`;
  };
  const named = (d: Dim): string => (d.name === undefined ? String(d.length) : `"${d.name}"`);
  const used = spatial.filter(({ name }) =>
    new RegExp(`\\b${name} \\*`).test(call((d) => d.name ?? "")),
  );
  return {
    numbered: text((d) => String(d.length), ""),
    named: text(named, used.map(({ name }) => `    ${name} = T.int64()\n`).join("")),
    inputs: operands.map(({ shape }) => {
      const lengths = shape.map((d) => d.length);
      const { bytes: size, write } = elementAccess(type);
      const bytes = new Uint8Array(elementCount(lengths) * bytesOf(type));
      const view = new DataView(bytes.buffer);
      const round = rounder(type);
      for (let i = 0; i < elementCount(lengths); i++)
        write(
          view,
          i * size,
          isFloat(type) ? round(rng.between(-64, 64) / 32) : rng.between(-3, 3),
        );
      return { dtype: type, shape: lengths, bytes };
    }),
  };
}

interface Setting {
  readonly rng: Random;
  readonly rank: number;
  readonly spatial: readonly Dim[];
  readonly batch: Dim;
}

const several = (rank: number, next: () => number): number[] => Array.from({ length: rank }, next);

/** Channels first or last. */
function image({ rng, rank, spatial, batch }: Setting, channels: number) {
  const axes = AXES[rank - 1]!;
  return rng.chance(0.5)
    ? { layout: `NC${axes}`, shape: [batch, of(channels), ...spatial] }
    : { layout: `N${axes}C`, shape: [batch, ...spatial, of(channels)] };
}

function windows({ rng, rank }: Setting) {
  const strides = several(rank, () => rng.between(1, 3));
  const padding = several(2 * rank, () => rng.between(0, 2));
  const dilation = several(rank, () => rng.between(1, 2));
  const text = `strides=${list(strides)}, padding=${list(padding)}, dilation=${list(dilation)}`;
  return { strides, text };
}

function convolution(s: Setting): Parts {
  const { rng, rank } = s;
  const groups = rng.between(1, 3);
  const each = rng.between(1, 2);
  const { layout, shape } = image(s, groups * each);
  const kernel = several(rank, () => rng.between(1, 3)).map(of);
  const weight = [of(groups * rng.between(1, 2)), of(each), ...kernel];
  const { text } = windows(s);
  return {
    operands: [{ name: "x", shape }, { name: "y", shape: weight }],
    call: () => `R.nn.conv${rank}d(x, y, ${text}, groups=${groups}, data_layout="${layout}")`,
  }; // prettier-ignore
}

function transposed(s: Setting): Parts {
  const { rng, rank } = s;
  const groups = rng.between(1, 3);
  const channels = groups * rng.between(1, 2);
  const { layout, shape } = image(s, channels);
  const kernel = several(rank, () => rng.between(1, 3)).map(of);
  const weight = [of(channels), of(rng.between(1, 2)), ...kernel];
  const { strides, text } = windows(s);
  const extra = list(strides.map((n) => rng.between(0, n - 1)));
  return {
    operands: [{ name: "x", shape }, { name: "y", shape: weight }],
    call: () =>
      `R.nn.conv${rank}d_transpose(x, y, ${text}, output_padding=${extra}, groups=${groups}, data_layout="${layout}")`,
  }; // prettier-ignore
}

function pool(s: Setting): Parts {
  const { rng, rank } = s;
  const { layout, shape } = image(s, rng.between(1, 2));
  const size = list(several(rank, () => rng.between(1, 3)));
  const kind = rng.pick(["max", "avg"]);
  const [ceil, border] = [rng.pick(["True", "False"]), rng.pick(["True", "False"])];
  const { text } = windows(s);
  return {
    operands: [{ name: "x", shape }],
    call: () =>
      `R.nn.${kind}_pool${rank}d(x, ${size}, ${text}, ceil_mode=${ceil}, count_include_pad=${border}, layout="${layout}")`,
  };
}

function adaptive(s: Setting): Parts {
  const { rng, rank } = s;
  const { layout, shape } = image(s, rng.between(1, 2));
  const size = list(several(rank, () => rng.between(1, 5)));
  return {
    operands: [{ name: "x", shape }],
    call: () => `R.nn.adaptive_avg_pool${rank}d(x, ${size}, layout="${layout}")`,
  };
}

function resize(s: Setting): Parts {
  if (s.rank === 1) return border(s);
  const { rng, rank, spatial } = s;
  const { layout, shape } = image(s, 1);
  const factors = several(rank, () => rng.between(1, 3));
  const method = rng.pick(["linear", "cubic", "nearest_neighbor"]);
  const mode = rng.pick(["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"]);
  return {
    operands: [{ name: "x", shape }],
    call: (write) =>
      `R.image.resize${rank}d(x, (${spatial.map((d, i) => `${write(d)} * ${factors[i]!}`).join(", ")}), ` +
      `layout="${layout}", method="${method}", coordinate_transformation_mode="${mode}")`,
  };
}

function border(s: Setting): Parts {
  const { rng, batch, spatial } = s;
  const mode = rng.pick(["constant", "replicate", "circular", "reflect"]);
  const shape = [batch, ...spatial];
  // Other borders need elements to repeat, a reflection one more than it is wide.
  const most = (length: number): number =>
    mode === "constant" ? 3 : mode === "reflect" ? length - 1 : length === 0 ? 0 : 3;
  const widths = shape.flatMap((d) => several(2, () => rng.between(0, Math.max(0, Math.min(3, most(d.length)))))); // prettier-ignore
  return {
    operands: [{ name: "x", shape }],
    call: () => `R.nn.pad(x, ${list(widths)}, "${mode}")`,
  };
}
