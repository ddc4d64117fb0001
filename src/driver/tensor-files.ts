/** Tensors in files: what a run reads, compares with and leaves behind. */
import { codes } from "./codes.js";
import { difference, type Output } from "./outputs.js";
import type { Signature } from "./run.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { dtype } from "../support/dtype.js";
import { FileFormatError } from "../support/file-error.js";
import type { Host } from "../support/host.js";
import { zeros, type NDArray } from "../support/ndarray.js";
import { hasNpyType, readNpy, writeNpy } from "../support/npy.js";
import { elementAccess } from "../support/numeric/element.js";
import { readNpz } from "../support/npz.js";
import { readSafetensors, writeSafetensors } from "../support/safetensors.js";
import { tensorValue, type Value } from "../support/value.js";

/** Reads a file; one that is not as its format says is a diagnostic. */
async function reading<T>(host: Host, file: string, read: (bytes: Uint8Array) => T): Promise<T> {
  const bytes = await host.readBytes(file);
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof FileFormatError || error instanceof RangeError)) throw error;
    const reason = error instanceof FileFormatError ? error.reason : "is damaged";
    throw new DiagnosticError(codes.dataFile({ file, reason }));
  }
}

/** The tensor of a `.npy` file, or the only one of a `.safetensors` file. */
export const readTensor = (host: Host, file: string): Promise<NDArray> =>
  reading(host, file, (bytes) => {
    if (!file.endsWith(".safetensors")) return readNpy(bytes);
    const all = [...readSafetensors(bytes).values()];
    if (all.length === 1) return all[0]!;
    throw new FileFormatError(`holds ${all.length} tensors instead of one`);
  });

/** All tensors of a `.npz` or `.safetensors` file, by name. */
export const readTensors = (host: Host, file: string): Promise<ReadonlyMap<string, NDArray>> =>
  reading(host, file, file.endsWith(".safetensors") ? readSafetensors : readNpz);

/** Compares with the arrays `out_0`, `out_1`, … of a `.npz` file; throws a DiagnosticError that names the first difference. */
export async function compareWithFile(
  host: Host,
  file: string,
  outputs: readonly Output[],
  tolerance: number,
): Promise<void> {
  const expected = await reading(host, file, readNpz);
  outputs.forEach(({ name, value }, index) => {
    const other = expected.get(name);
    const what =
      other === undefined
        ? `it has no \`${name}\``
        : difference(asTensor(value) ?? value, tensorValue(other), tolerance);
    if (what !== undefined)
      throw new DiagnosticError(codes.differsFromExpected({ index, file, what }));
  });
}

/** Writes `in_NAME` and `out_0`, `out_1`, … as `.npy`, or `.safetensors` for types that NumPy does not have. */
export async function writeTensors(
  host: Host,
  dir: string,
  { params }: Signature,
  inputs: readonly Value[],
  outputs: readonly Output[],
): Promise<void> {
  await host.makeFolder(dir);
  const write = async (name: string, value: Value, separator: string): Promise<void> => {
    if (value.kind === "tuple") {
      for (const [i, field] of value.fields.entries())
        await write(`${name}${separator}${i}`, field, separator);
      return;
    }
    const tensor = asTensor(value);
    if (tensor === undefined) return;
    const npy = hasNpyType(tensor.data.dtype);
    const bytes = npy ? writeNpy(tensor.data) : writeSafetensors(new Map([[name, tensor.data]]));
    await host.writeBytes(`${dir}/${name}.${npy ? "npy" : "safetensors"}`, bytes);
  };
  for (const [i, p] of params.entries()) await write(`in_${p.name}`, inputs[i]!, ".");
  for (const { name, value } of outputs) await write(name, value, "_");
}

/** Scalars as tensors without axes, shapes as vectors; undefined for what no tensor can say. */
function asTensor(value: Value): Extract<Value, { kind: "tensor" }> | undefined {
  if (value.kind === "tensor") return value;
  const isScalar = value.kind === "int" || value.kind === "float";
  if (!isScalar && value.kind !== "shape") return undefined;
  const elements = isScalar ? [value.value] : value.dims;
  const data = zeros(isScalar ? value.dtype : dtype("int64"), isScalar ? [] : [elements.length]);
  const access = elementAccess(data.dtype);
  const view = new DataView(data.bytes.buffer);
  elements.forEach((x, i) => access.write(view, i * access.bytes, x));
  return tensorValue(data);
}
