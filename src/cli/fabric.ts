/** The fabric a command line names. */
export { fabricNamed } from "../driver/fabric/load.js";

export const fabricFlag = {
  type: "string",
  placeholder: "FABRIC",
  default: "npu-6x6",
  help: "A preset (`relaxc list fabrics`), a file *.fabric.json, or FILE.relax[:NAME].",
} as const;
