/** The networks of `samples/nets`. */
import { encoder } from "./encoder.js";
import { inceptionV1 } from "./inception-v1.js";
import { mobilenetV2 } from "./mobilenet-v2.js";
import type { Net } from "./net.js";
import { resnet18, resnet18Int8 } from "./resnet18.js";

export type { Net } from "./net.js";
export const nets = (): readonly Net[] => [
  resnet18(),
  mobilenetV2(),
  inceptionV1(),
  encoder(),
  resnet18Int8(),
];
