/** The convolution that tests of Winograd's filtering compile. */
import { floats } from "./beside-interpreter.js";

/** A convolution of an image of this size. */
export const text = (height: string, width: string): string => `
@R.function
def main(
    x: R.Tensor((1, 32, ${height}, ${width}), "float32"), w: R.Tensor((64, 32, 3, 3), "float32")
):
    with R.dataflow():
        y = R.nn.conv2d(x, w, padding=(1, 1))
        R.output(y)
    return y
`;

/** Its weights, when a program is built. */
export const known = { w: floats(64, 32, 3, 3) };

/** Tiles that images fill, and that they do not. */
export const SIZES = [
  [7, 7],
  [13, 5],
  [15, 16],
] as const;
