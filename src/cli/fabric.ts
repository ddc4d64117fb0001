/** The fabric a command line names. */
export { fabricNamed } from "../driver/fabric/load.js";

export const fabricFlag = {
  type: "string",
  placeholder: "FABRIC",
  default: "npu-6x6",
  help: "A preset (`relaxc list fabrics`), a file *.fabric.json, or FILE.relax[:NAME].",
} as const;

/** Of commands that map to a fabric on the way. */
export const mapLimitFlag = {
  type: "int",
  placeholder: "SECONDS",
  default: 20,
  least: 1,
  help: "Time to map each kernel to the fabric; what is not mapped runs on the host (`cgra`).",
} as const;
