/** What can be wrong with an artefact file. */
import { defineCodes } from "../support/diagnostic.js";

export const codes = defineCodes("RUN", {
  notAnArtefact: {
    number: 150,
    message: "`{file}` is not a `.rxe` artefact",
    hint: "build one with `relaxc build FILE --target wasm -o OUT.rxe`",
  },
  artefactVersion: {
    number: 151,
    message: "`{file}` has format version {found}, this program reads version {wanted}",
    hint: "build the artefact again",
  },
  artefactDamaged: {
    number: 152,
    message: "`{file}` is damaged: {reason}",
    hint: "build the artefact again, or copy it again",
  },
  artefactSection: {
    number: 153,
    message: "`{file}` has no section `{section}`",
    hint: "build the artefact again",
  },
});
