/** Random graphs of image operators, channels first, for passes that change layouts and precisions. */
import { makeRandom, type Random } from "./random.js";

interface Value {
  readonly name: string;
  readonly channels: number;
  /** Halvings of the image. */
  readonly level: number;
}

const dims = ({ channels, level }: Omit<Value, "name">): string =>
  `(1, ${channels}, ${8 >> level}, ${8 >> level})`;

/** The text of a function `main` of an image and weights; the image is 8 × 8. */
export function imageGraph(seed: number): string {
  const random = makeRandom(seed);
  const weights: string[] = [];
  const lines: string[] = [];
  const values: Value[] = [{ name: "x", channels: 4, level: 0 }];
  const weight = (shape: string): string => {
    const name = `p${weights.length}`;
    weights.push(`${name}: R.Tensor(${shape}, "float32")`);
    return name;
  };
  const put = (text: string, channels: number, level: number): void => {
    const name = `v${lines.length}`;
    lines.push(`${name} = ${text}`);
    values.push({ name, channels, level });
  };
  const count = random.between(4, 9);
  for (let i = 0; i < count; i++) grow(random, values, weight, put);
  const last = values[values.length - 1]!;
  return `@R.function
def main(${[`x: R.Tensor(${dims(values[0]!)}, "float32")`, ...weights].join(", ")}):
    with R.dataflow():
${lines.map((line) => `        ${line}\n`).join("")}        R.output(${last.name})
    return ${last.name}
`;
}

/** One more operator on values so far. */
function grow(
  random: Random,
  values: readonly Value[],
  weight: (shape: string) => string,
  put: (text: string, channels: number, level: number) => void,
): void {
  const x = random.chance(0.7) ? values[values.length - 1]! : random.pick(values);
  const { name, channels, level } = x;
  const alike = values.filter((v) => v.channels === channels && v.level === level);
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2: {
      const out = random.pick([4, 8]);
      const kernel = random.pick([1, 3]);
      const w = weight(`(${out}, ${channels}, ${kernel}, ${kernel})`);
      const padding = kernel >> 1;
      return put(`R.nn.conv2d(${name}, ${w}, padding=${padding})`, out, level);
    }
    case 3:
      return put(`R.nn.relu(${name})`, channels, level);
    case 4:
      if (level === 2) return put(`R.sigmoid(${name})`, channels, level);
      return put(`R.nn.max_pool2d(${name}, pool_size=2, strides=2)`, channels, level + 1);
    case 5:
      return put(`R.add(${name}, ${random.pick(alike).name})`, channels, level);
    case 6:
      return put(`R.add(${name}, ${weight(`(1, ${channels}, 1, 1)`)})`, channels, level);
    default:
      if (channels > 8) return put(`R.multiply(${name}, R.const(0.5, "float32"))`, channels, level);
      return put(`R.concat((${name}, ${random.pick(alike).name}), axis=1)`, 2 * channels, level);
  }
}
