/** The `.rxe` artefact format. */
export { decodeArtefact, encodeArtefact, type Artefact, type Manifest } from "./artefact.js";
export { isArtefact } from "./container.js";
export { dimOfJson } from "./dim-json.js";
export * from "./executable.js";
export * from "./builder.js";
export * from "./graph.js";
