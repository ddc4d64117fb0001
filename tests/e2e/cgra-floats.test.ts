import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

const floats = suite("floats on fabrics");

interface Layer {
  readonly name: string;
  readonly launches: number;
  readonly arrayCycles: number;
  readonly issued: number;
  readonly moves: number;
}

/** Runs on a simulated fabric, compared with the interpreter; gives what was launched. */
async function launched(text: string, shape: string): Promise<readonly Layer[]> {
  const argv = ["run", "p.relax", "--target", "cgra", "--fabric", "npu-float-6x6", "--random", "3", "--shape", shape]; // prettier-ignore
  const { exit, stdout, stderr } = await runCli([...argv, "--oracle", "--profile", "--report", "json"], { files: { "p.relax": text } }); // prettier-ignore
  assert.is(exit, 0, stderr);
  assert.match(stderr, /equal to the reference interpreter/);
  assert.not.match(stderr, /MAP/);
  const { layers } = JSON.parse(stdout.split("\n")[0]!) as { readonly layers: readonly Layer[] };
  return layers.filter((l) => l.launches > 0);
}

const FLOATS = (channels: number): string => `
@R.function
def main(x: R.Tensor((1, ${channels}, "h", "w"), "float32"), k: R.Tensor((9, ${channels}, 3, 3), "float32")):
    y = R.nn.conv2d(x, k, padding=(1, 2, 1, 2), strides=(2, 1), dilation=(1, 2))
    return y
`;

for (const [what, channels, shape, launches] of [
  ["parts of the scratchpad's size", 72, "h=4,w=6", 5],
  ["parts where weights leave no room", 136, "h=2,w=5", 11],
] as const)
  floats(`convolutions of floats: ${what}`, async () => {
    const layers = await launched(FLOATS(channels), shape);
    assert.equal(layers.map((l) => [l.name, l.launches]), [["conv2d_floats_rings", launches]]); // prettier-ignore
  });

/** Columns of several panels and rows of two parts. */
const LONG = `
@R.function
def main(x: R.Tensor(("m", 600), "float32"), w: R.Tensor((600, 40), "float32")):
    y = R.matmul(x, w)
    return y
`;

floats("long rows of floats are multiplied in parts, and most slots compute", async () => {
  const [{ name, arrayCycles, issued, moves }] = (await launched(LONG, "m=9")) as [Layer];
  assert.is(name, "matmul_floats_tiles");
  assert.ok(issued - moves > 0.6 * 36 * arrayCycles, `${issued - moves} in ${arrayCycles} cycles`);
});

floats.run();
