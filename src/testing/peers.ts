/** What tests find beside the checkout: other implementations, and data that came from elsewhere. */
import { existsSync } from "node:fs";

/** The Python that has Apache TVM and onnxruntime, when `.ci/run` or the user has set one up. */
export const peerPython = (): string | undefined => process.env["RELAXC_PEER_PYTHON"];

/** A folder of `../shared`; undefined (an error in CI) when it is not there. */
export function sharedFolder(name: string): string | undefined {
  const path = `../shared/${name}`;
  if (existsSync(path)) return path;
  if (process.env["CI"]) throw new Error(`${path} is not beside the checkout`);
  return undefined;
}
