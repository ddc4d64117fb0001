/** A driver in C99 that simulates a fabric: it executes images cycle by cycle, as `simulate.ts` does. */
import { ERROR_TEXTS } from "./abi.js";
import { OPERATIONS_C } from "./operations.js";
import { CYCLES_C } from "./simulator-cycles.js";
import { SIMULATED_DRIVER_C } from "./simulator-driver.js";
import { READ_IMAGE_C } from "./simulator-image.js";

const TYPES_C = String.raw`/* A simulated fabric behind relax_cgra.h. Transfers and launches are done at once; cycles are counted as if side by side. */
#include "relax_cgra.h"
#include "relax_cgra_fabric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = 3, MOST_STAGES = 64, MOST_LAUNCH = 64 };

typedef struct {
  uint8_t is_livein;
  int32_t value;
} setting;

/* One configuration word, decoded. */
typedef struct {
  uint8_t op, negate, stage, initial_at, initial_level;
  fab_source operand[3], initial;
  int32_t immediate;
  int8_t save;
  uint8_t takes;
  uint8_t take_link[FAB_WRITE_PORTS + 1], take_register[FAB_WRITE_PORTS + 1];
  fab_source drive[FAB_LINKS_OUT + 1];
} word;

typedef struct {
  uint32_t stream, bytes, is_signed, dims;
  setting base, extent[FAB_DIMS], stride[FAB_DIMS];
} stream_program;

struct rcg_kernel {
  rcg_kernel *next;
  uint32_t ii, stages, tail, loops, liveins, streams, banks;
  setting loop[FAB_LEVELS];
  stream_program stream[FAB_STREAMS];
  uint32_t bank[RCG_MOST_BANKS];
  setting constant[FAB_ELEMENTS][FAB_CONSTANTS];
  uint64_t used;
  word *words; /* element by element */
};

typedef struct {
  const stream_program *program;
  int32_t address, extent[FAB_DIMS], stride[FAB_DIMS], counter[FAB_DIMS];
} stream_state;

typedef struct {
  int32_t first, last, index;
} edge;

typedef struct {
  uint32_t address, bytes;
  int32_t value;
} late_store;

struct rcg_dev {
  rcg_kernel *kernels;
  uint8_t memory[FAB_BYTES];
  int32_t output[FAB_ELEMENTS], registers[FAB_ELEMENTS][FAB_REGISTERS], constant[FAB_ELEMENTS][FAB_CONSTANTS];
  int32_t link[FAB_MOST_LINKS];
  uint8_t link_known[FAB_MOST_LINKS];
  int32_t due[FAB_LONGEST][FAB_ELEMENTS];
  uint8_t is_due[FAB_LONGEST][FAB_ELEMENTS];
  edge edges[MOST_STAGES][FAB_LEVELS];
  stream_state streams[FAB_STREAMS];
  late_store stores[FAB_ELEMENTS];
  uint32_t store_count;
  uint32_t round;
  uint64_t now, array_free, channel_free[FAB_CHANNELS], written[RCG_MOST_BANKS], launches;
  rcg_kernel *resident[FAB_CONTEXTS];
  rcg_counters_t counters;
  rcg_status failed;
};
`;

/** Includes `relax_cgra_fabric.h`, whose tables describe the fabric. */
export const SIMULATOR_C = [
  TYPES_C,
  READ_IMAGE_C,
  OPERATIONS_C,
  CYCLES_C,
  SIMULATED_DRIVER_C,
  ERROR_TEXTS,
].join("\n");
