/** All operators of Relax. */
import type { OpDef } from "../op.js";
import * as callCallTir from "./call/call-tir.js";
import * as callControl from "./call/control.js";
import * as callPacked from "./call/packed.js";
import * as creationFill from "./creation/fill.js";
import * as creationRange from "./creation/range.js";
import * as distributedCollective from "./distributed/collective.js";
import * as distributedDist from "./distributed/dist.js";
import * as elementwiseBinary from "./elementwise/binary.js";
import * as elementwiseClip from "./elementwise/clip.js";
import * as elementwiseDatatype from "./elementwise/datatype.js";
import * as elementwiseTernary from "./elementwise/ternary.js";
import * as elementwiseUnary from "./elementwise/unary.js";
import * as gradGrad from "./grad/grad.js";
import * as imageResize from "./image/resize.js";
import * as indexGather from "./index/gather.js";
import * as indexScatter from "./index/scatter.js";
import * as indexSlice from "./index/slice.js";
import * as inspectInspect from "./inspect/inspect.js";
import * as linearAlgebraMatmul from "./linear-algebra/matmul.js";
import * as manipulateBroadcast from "./manipulate/broadcast.js";
import * as manipulateCombine from "./manipulate/combine.js";
import * as manipulateLayout from "./manipulate/layout.js";
import * as manipulateReshape from "./manipulate/reshape.js";
import * as manipulateShape from "./manipulate/shape.js";
import * as memoryMemory from "./memory/memory.js";
import * as memoryVm from "./memory/vm.js";
import * as nnActivation from "./nn/activation.js";
import * as nnAttention from "./nn/attention.js";
import * as nnConvolution from "./nn/convolution.js";
import * as nnLoss from "./nn/loss.js";
import * as nnMisc from "./nn/misc.js";
import * as nnNormalisation from "./nn/normalisation.js";
import * as nnPooling from "./nn/pooling.js";
import * as quantizeQuantize from "./quantize/quantize.js";
import * as searchSort from "./search/sort.js";
import * as statisticalReduce from "./statistical/reduce.js";
import * as statisticalScan from "./statistical/scan.js";
import * as visionBoxes from "./vision/boxes.js";
import * as visionRoi from "./vision/roi.js";

const folders: readonly Readonly<Record<string, OpDef | readonly OpDef[]>>[] = [
  callCallTir,
  callControl,
  callPacked,
  creationFill,
  creationRange,
  distributedCollective,
  distributedDist,
  elementwiseBinary,
  elementwiseClip,
  elementwiseDatatype,
  elementwiseTernary,
  elementwiseUnary,
  gradGrad,
  imageResize,
  indexGather,
  indexScatter,
  indexSlice,
  inspectInspect,
  linearAlgebraMatmul,
  manipulateBroadcast,
  manipulateCombine,
  manipulateLayout,
  manipulateReshape,
  manipulateShape,
  memoryMemory,
  memoryVm,
  nnActivation,
  nnAttention,
  nnConvolution,
  nnLoss,
  nnMisc,
  nnNormalisation,
  nnPooling,
  quantizeQuantize,
  searchSort,
  statisticalReduce,
  statisticalScan,
  visionBoxes,
  visionRoi,
];

export const relaxOps: readonly OpDef[] = folders.flatMap((folder) => Object.values(folder).flat());
