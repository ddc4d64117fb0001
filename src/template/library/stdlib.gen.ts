// Made by `npm run gen` from the files of stdlib/.
import type { Source } from "../../support/source.js";
import attention from "../../../stdlib/attention.relax";
import binary from "../../../stdlib/binary.relax";
import blocks from "../../../stdlib/blocks.relax";
import cgraConv2dTiles from "../../../stdlib/cgra/conv2d-tiles.relax";
import cgraConv2d from "../../../stdlib/cgra/conv2d.relax";
import cgraDepthwise from "../../../stdlib/cgra/depthwise.relax";
import cgraMatmul from "../../../stdlib/cgra/matmul.relax";
import cgraPool from "../../../stdlib/cgra/pool.relax";
import cgraRows from "../../../stdlib/cgra/rows.relax";
import cgraSums from "../../../stdlib/cgra/sums.relax";
import cgraWindows from "../../../stdlib/cgra/windows.relax";
import convBlocked from "../../../stdlib/conv-blocked.relax";
import convBytes from "../../../stdlib/conv-bytes.relax";
import convChannelsLast from "../../../stdlib/conv-channels-last.relax";
import convDepthwiseWasm from "../../../stdlib/conv-depthwise-wasm.relax";
import convDepthwise from "../../../stdlib/conv-depthwise.relax";
import convPointwise from "../../../stdlib/conv-pointwise.relax";
import convWinogradLast from "../../../stdlib/conv-winograd-last.relax";
import convWinograd from "../../../stdlib/conv-winograd.relax";
import conv from "../../../stdlib/conv.relax";
import creation from "../../../stdlib/creation.relax";
import datatype from "../../../stdlib/datatype.relax";
import gemmBatched from "../../../stdlib/gemm-batched.relax";
import gemmBytes from "../../../stdlib/gemm-bytes.relax";
import gemm from "../../../stdlib/gemm.relax";
import grad from "../../../stdlib/grad.relax";
import image from "../../../stdlib/image.relax";
import index from "../../../stdlib/index.relax";
import linearAlgebra from "../../../stdlib/linear-algebra.relax";
import manipulate from "../../../stdlib/manipulate.relax";
import matmulWasm from "../../../stdlib/matmul-wasm.relax";
import nn from "../../../stdlib/nn.relax";
import norm from "../../../stdlib/norm.relax";
import poolBlocked from "../../../stdlib/pool-blocked.relax";
import pool from "../../../stdlib/pool.relax";
import prelude from "../../../stdlib/prelude.relax";
import quantize from "../../../stdlib/quantize.relax";
import schedulesContraction from "../../../stdlib/schedules/contraction.relax";
import schedulesFlat from "../../../stdlib/schedules/flat.relax";
import schedulesLanes from "../../../stdlib/schedules/lanes.relax";
import schedulesRows from "../../../stdlib/schedules/rows.relax";
import schedulesScalar from "../../../stdlib/schedules/scalar.relax";
import schedulesTranspose from "../../../stdlib/schedules/transpose.relax";
import search from "../../../stdlib/search.relax";
import shape from "../../../stdlib/shape.relax";
import statistical from "../../../stdlib/statistical.relax";
import ternary from "../../../stdlib/ternary.relax";
import unary from "../../../stdlib/unary.relax";
import visionBoxes from "../../../stdlib/vision-boxes.relax";
import visionRegions from "../../../stdlib/vision-regions.relax";
import visionSuppression from "../../../stdlib/vision-suppression.relax";
import winograd from "../../../stdlib/winograd.relax";

/** The texts of the standard library. */
export const stdlibFiles: readonly Source[] = [
  { name: "stdlib/attention.relax", text: attention },
  { name: "stdlib/binary.relax", text: binary },
  { name: "stdlib/blocks.relax", text: blocks },
  { name: "stdlib/cgra/conv2d-tiles.relax", text: cgraConv2dTiles },
  { name: "stdlib/cgra/conv2d.relax", text: cgraConv2d },
  { name: "stdlib/cgra/depthwise.relax", text: cgraDepthwise },
  { name: "stdlib/cgra/matmul.relax", text: cgraMatmul },
  { name: "stdlib/cgra/pool.relax", text: cgraPool },
  { name: "stdlib/cgra/rows.relax", text: cgraRows },
  { name: "stdlib/cgra/sums.relax", text: cgraSums },
  { name: "stdlib/cgra/windows.relax", text: cgraWindows },
  { name: "stdlib/conv-blocked.relax", text: convBlocked },
  { name: "stdlib/conv-bytes.relax", text: convBytes },
  { name: "stdlib/conv-channels-last.relax", text: convChannelsLast },
  { name: "stdlib/conv-depthwise-wasm.relax", text: convDepthwiseWasm },
  { name: "stdlib/conv-depthwise.relax", text: convDepthwise },
  { name: "stdlib/conv-pointwise.relax", text: convPointwise },
  { name: "stdlib/conv-winograd-last.relax", text: convWinogradLast },
  { name: "stdlib/conv-winograd.relax", text: convWinograd },
  { name: "stdlib/conv.relax", text: conv },
  { name: "stdlib/creation.relax", text: creation },
  { name: "stdlib/datatype.relax", text: datatype },
  { name: "stdlib/gemm-batched.relax", text: gemmBatched },
  { name: "stdlib/gemm-bytes.relax", text: gemmBytes },
  { name: "stdlib/gemm.relax", text: gemm },
  { name: "stdlib/grad.relax", text: grad },
  { name: "stdlib/image.relax", text: image },
  { name: "stdlib/index.relax", text: index },
  { name: "stdlib/linear-algebra.relax", text: linearAlgebra },
  { name: "stdlib/manipulate.relax", text: manipulate },
  { name: "stdlib/matmul-wasm.relax", text: matmulWasm },
  { name: "stdlib/nn.relax", text: nn },
  { name: "stdlib/norm.relax", text: norm },
  { name: "stdlib/pool-blocked.relax", text: poolBlocked },
  { name: "stdlib/pool.relax", text: pool },
  { name: "stdlib/prelude.relax", text: prelude },
  { name: "stdlib/quantize.relax", text: quantize },
  { name: "stdlib/schedules/contraction.relax", text: schedulesContraction },
  { name: "stdlib/schedules/flat.relax", text: schedulesFlat },
  { name: "stdlib/schedules/lanes.relax", text: schedulesLanes },
  { name: "stdlib/schedules/rows.relax", text: schedulesRows },
  { name: "stdlib/schedules/scalar.relax", text: schedulesScalar },
  { name: "stdlib/schedules/transpose.relax", text: schedulesTranspose },
  { name: "stdlib/search.relax", text: search },
  { name: "stdlib/shape.relax", text: shape },
  { name: "stdlib/statistical.relax", text: statistical },
  { name: "stdlib/ternary.relax", text: ternary },
  { name: "stdlib/unary.relax", text: unary },
  { name: "stdlib/vision-boxes.relax", text: visionBoxes },
  { name: "stdlib/vision-regions.relax", text: visionRegions },
  { name: "stdlib/vision-suppression.relax", text: visionSuppression },
  { name: "stdlib/winograd.relax", text: winograd },
];
