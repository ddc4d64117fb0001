/** A driver in C99 that simulates a fabric: it executes images cycle by cycle, as `simulate.ts` does. */
import { ERROR_TEXTS } from "./abi.js";
import { OPERATIONS_C } from "./operations.js";

/** Includes `relax_cgra_fabric.h`, whose tables describe the fabric. */
export const SIMULATOR_C = String.raw`/* A simulated fabric behind relax_cgra.h. Transfers and launches are done at once; cycles are counted as if side by side. */
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

/* ---- images ---- */

typedef struct {
  const uint8_t *at, *end;
  int bad;
} reader;

static uint32_t read_u8(reader *r) {
  if (r->at >= r->end) {
    r->bad = 1;
    return 0;
  }
  return *r->at++;
}

static uint32_t read_u32(reader *r) {
  uint32_t x = 0;
  for (int k = 0; k < 4; ++k) x |= read_u8(r) << (8 * k);
  return x;
}

static void skip_text(reader *r) {
  const uint32_t n = read_u32(r);
  if (n > (size_t)(r->end - r->at)) r->bad = 1;
  else r->at += n;
}

static setting read_setting(reader *r) {
  setting s;
  s.is_livein = (uint8_t)read_u8(r);
  s.value = (int32_t)read_u32(r);
  if (s.is_livein > 1 || (s.is_livein && (uint32_t)s.value >= MOST_LAUNCH)) r->bad = 1;
  return s;
}

static uint32_t crc32(const uint8_t *p, size_t n) {
  uint32_t c = 0xffffffffu;
  for (size_t i = 0; i < n; ++i) {
    c ^= p[i];
    for (int k = 0; k < 8; ++k) c = (c >> 1) ^ (0xedb88320u & (0u - (c & 1u)));
  }
  return ~c;
}

static uint32_t bits_of(const uint8_t *p, fab_field f) {
  uint32_t x = 0;
  for (uint32_t k = 0; k < f.bits; ++k) {
    const uint32_t at = f.offset + k;
    x |= ((uint32_t)(p[at / 8] >> (at % 8)) & 1u) << k;
  }
  return x;
}

static fab_source source_of(reader *r, const fab_source *table, uint32_t count, uint32_t code) {
  static const fab_source none = {SRC_NONE, 0, 0};
  if (code < count) return table[code];
  r->bad = 1;
  return none;
}

static uint32_t links_into(uint32_t p) { return (uint32_t)fab_into_start[p + 1] - fab_into_start[p]; }
static uint32_t links_out(uint32_t p) { return (uint32_t)fab_out_start[p + 1] - fab_out_start[p]; }

/* Whether an element has what a source names. */
static int has(uint32_t p, fab_source s, const rcg_kernel *k) {
  switch (s.kind) {
    case SRC_LINK:
    case SRC_NEIGHBOUR_OUTPUT: return s.x < links_into(p);
    case SRC_REGISTER: return s.x < fab_registers[p];
    case SRC_NEIGHBOUR_REGISTER:
      return s.x < links_into(p) && s.y < fab_registers[fab_link_from[fab_into[fab_into_start[p] + s.x]]];
    case SRC_FIRST:
    case SRC_LAST: return s.x < k->loops;
    default: return 1;
  }
}

static void decode(reader *r, const uint8_t *p, uint32_t element, const rcg_kernel *k, word *w) {
  uint32_t f[10];
  for (int i = 0; i < 10; ++i) f[i] = bits_of(p, fab_fields[i]);
  memset(w, 0, sizeof *w);
  w->op = (uint8_t)f[FLD_OP];
  w->operand[0] = source_of(r, fab_operands, FAB_OPERANDS, f[FLD_A]);
  w->operand[1] = source_of(r, fab_operands, FAB_OPERANDS, f[FLD_B]);
  w->operand[2] = source_of(r, fab_operands, FAB_OPERANDS, f[FLD_C]);
  w->negate = (uint8_t)f[FLD_NEGATE];
  w->stage = (uint8_t)f[FLD_STAGE];
  w->initial_at = fab_fields[FLD_INITIALAT].bits == 0 ? NONE : (uint8_t)f[FLD_INITIALAT];
  w->initial_level = (uint8_t)f[FLD_INITIALLEVEL];
  w->initial = source_of(r, fab_initials, FAB_INITIALS, f[FLD_INITIAL]);
  const uint32_t width = fab_fields[FLD_IMMEDIATE].bits;
  const uint32_t sign = width == 0 ? 0 : 1u << (width - 1);
  w->immediate = (int32_t)((f[FLD_IMMEDIATE] ^ sign) - sign);
  w->save = -1;
  for (uint32_t port = 0; port < FAB_WRITE_PORTS; ++port) {
    const fab_source s = source_of(r, fab_writes, FAB_WRITES, bits_of(p, fab_write[port]));
    const uint32_t reg = bits_of(p, fab_register[port]);
    if (s.kind == SRC_NONE) continue;
    if (reg >= fab_registers[element] || !has(element, s, k)) r->bad = 1;
    if (s.kind == SRC_OUTPUT) w->save = (int8_t)reg;
    else {
      w->take_link[w->takes] = s.x;
      w->take_register[w->takes++] = (uint8_t)reg;
    }
  }
  for (uint32_t link = 0; link < FAB_LINKS_OUT; ++link) {
    w->drive[link] = source_of(r, fab_drives, FAB_DRIVES, bits_of(p, fab_drive[link]));
    if (!has(element, w->drive[link], k) || (link >= links_out(element) && w->drive[link].kind != SRC_NONE)) r->bad = 1;
  }
  for (int i = 0; i < 3; ++i) r->bad |= !has(element, w->operand[i], k);
  if (w->stage >= k->stages && w->op != 0) r->bad = 1;
  if (w->initial_at != NONE && w->initial_level >= k->loops) r->bad = 1;
  if (w->op == 61 || (w->op > 57 && w->op < 61 && (uint32_t)w->immediate >= k->loops)) r->bad = 1;
  if (w->op == 56 || w->op == 57) {
    int found = 0;
    for (uint32_t s = 0; s < k->streams; ++s) found |= (int32_t)k->stream[s].stream == w->immediate;
    r->bad |= !found;
  }
}

static int section(const uint8_t *image, size_t n, uint32_t index, reader *out) {
  reader r = {image + 20 + 16 * (size_t)index + 4, image + n, 0};
  const uint32_t offset = read_u32(&r);
  const uint32_t length = read_u32(&r);
  const uint32_t sum = read_u32(&r);
  if (r.bad || offset > n || length > n - offset || crc32(image + offset, length) != sum) return 0;
  out->at = image + offset;
  out->end = out->at + length;
  out->bad = 0;
  return 1;
}

static rcg_status parse(const uint8_t *image, size_t n, rcg_kernel *k) {
  reader head = {image, image + n, 0}, r;
  if (n < 100 || read_u32(&head) != 0x52474352u || read_u32(&head) != 1) return RCG_EIMAGE;
  const uint64_t low = read_u32(&head);
  if ((low | (uint64_t)read_u32(&head) << 32) != FAB_ID) return RCG_EFABRIC;
  if (read_u32(&head) != 5) return RCG_EIMAGE;
  if (!section(image, n, 0, &r)) return RCG_EIMAGE;
  skip_text(&r);
  k->ii = read_u32(&r);
  k->stages = read_u32(&r);
  k->tail = read_u32(&r);
  k->loops = read_u32(&r);
  if (r.bad || k->ii < 1 || k->ii > FAB_DEPTH || k->stages < 1 || k->stages > MOST_STAGES || k->loops > FAB_LEVELS)
    return RCG_EIMAGE;
  for (uint32_t i = 0; i < k->loops; ++i) k->loop[i] = read_setting(&r);
  k->liveins = read_u32(&r);
  if (r.bad || k->liveins > MOST_LAUNCH || !section(image, n, 3, &r)) return RCG_EIMAGE;
  k->streams = read_u32(&r);
  if (k->streams > FAB_STREAMS) return RCG_EIMAGE;
  for (uint32_t s = 0; s < k->streams; ++s) {
    stream_program *p = &k->stream[s];
    p->stream = read_u32(&r);
    p->bytes = read_u8(&r);
    p->is_signed = read_u8(&r);
    p->base = read_setting(&r);
    p->dims = read_u32(&r);
    if (r.bad || p->dims > FAB_DIMS || (p->bytes != 1 && p->bytes != 2 && p->bytes != 4)) return RCG_EIMAGE;
    for (uint32_t d = 0; d < p->dims; ++d) {
      p->extent[d] = read_setting(&r);
      p->stride[d] = read_setting(&r);
    }
  }
  if (r.bad || !section(image, n, 4, &r)) return RCG_EIMAGE;
  k->banks = read_u32(&r);
  if (k->banks > FAB_BANKS) return RCG_EIMAGE;
  for (uint32_t b = 0; b < k->banks; ++b) {
    k->bank[b] = read_u32(&r);
    if (k->bank[b] >= FAB_BANKS) return RCG_EIMAGE;
  }
  if (r.bad || !section(image, n, 2, &r)) return RCG_EIMAGE;
  for (uint32_t p = 0; p < FAB_ELEMENTS; ++p) {
    const uint32_t count = read_u32(&r);
    if (count > FAB_CONSTANTS) return RCG_EIMAGE;
    for (uint32_t c = 0; c < count; ++c) k->constant[p][c] = read_setting(&r);
  }
  if (r.bad || !section(image, n, 1, &r)) return RCG_EIMAGE;
  k->words = calloc((size_t)FAB_ELEMENTS * k->ii, sizeof *k->words);
  if (k->words == NULL) return RCG_ENOMEM;
  for (uint32_t p = 0; p < FAB_ELEMENTS; ++p) {
    for (uint32_t slot = 0; slot < k->ii;) {
      const uint32_t run = read_u32(&r);
      const uint32_t idle = run & 0xffffu, others = run >> 16;
      if (r.bad || idle + others == 0 || slot + idle + others > k->ii) return RCG_EIMAGE;
      for (uint32_t i = 0; i < idle; ++i) {
        word *w = &k->words[p * k->ii + slot++];
        w->save = -1;
        w->initial_at = NONE;
      }
      for (uint32_t i = 0; i < others; ++i) {
        if ((size_t)(r.end - r.at) < (FAB_WORD_BITS + 7) / 8) return RCG_EIMAGE;
        decode(&r, r.at, p, k, &k->words[p * k->ii + slot++]);
        r.at += (FAB_WORD_BITS + 7) / 8;
      }
    }
  }
  return r.bad ? RCG_EIMAGE : RCG_OK;
}

${OPERATIONS_C}

/* ---- memory ---- */

static int32_t number_of(setting s, const int32_t *livein) { return s.is_livein ? livein[s.value] : s.value; }

static int32_t load(rcg_dev *dev, uint32_t address, uint32_t bytes, int is_signed) {
  if (address > FAB_BYTES || bytes > FAB_BYTES - address || address % bytes != 0) {
    dev->failed = RCG_EFAULT;
    return 0;
  }
  uint32_t x = 0;
  for (uint32_t k = 0; k < bytes; ++k) x |= (uint32_t)dev->memory[address + k] << (8 * k);
  if (is_signed && bytes == 1) return (int8_t)x;
  if (is_signed && bytes == 2) return (int16_t)x;
  return wrap(x);
}

static void store_late(rcg_dev *dev, uint32_t address, uint32_t bytes, int32_t value) {
  if (address > FAB_BYTES || bytes > FAB_BYTES - address || address % bytes != 0) {
    dev->failed = RCG_EFAULT;
    return;
  }
  late_store *s = &dev->stores[dev->store_count++];
  s->address = address;
  s->bytes = bytes;
  s->value = value;
}

static uint32_t next_address(stream_state *s) {
  const uint32_t now = (uint32_t)s->address;
  for (uint32_t d = s->program->dims; d-- > 0;) {
    s->counter[d]++;
    s->address = add(s->address, s->stride[d]);
    if (s->counter[d] < s->extent[d]) break;
    s->address = wrap((uint32_t)s->address - (uint32_t)s->stride[d] * (uint32_t)s->counter[d]);
    s->counter[d] = 0;
  }
  return now;
}

/* ---- cycles ---- */

static uint32_t turned(const rcg_dev *dev, uint32_t p, uint32_t reg) {
  const uint32_t n = fab_registers[p];
  return (reg + n - dev->round % n) % n;
}

static int32_t link_value(rcg_dev *dev, const rcg_kernel *k, uint32_t slot, uint32_t link);

static int32_t value_of(rcg_dev *dev, const rcg_kernel *k, uint32_t slot, uint32_t p, const word *w, fab_source s) {
  switch (s.kind) {
    case SRC_IMMEDIATE: return w->immediate;
    case SRC_OUTPUT: return dev->output[p];
    case SRC_CONSTANT: return dev->constant[p][s.x];
    case SRC_FIRST: return dev->edges[w->stage][s.x].first;
    case SRC_LAST: return dev->edges[w->stage][s.x].last;
    case SRC_LINK: return link_value(dev, k, slot, fab_into[fab_into_start[p] + s.x]);
    case SRC_REGISTER: return dev->registers[p][turned(dev, p, s.x)];
    case SRC_NEIGHBOUR_OUTPUT: return dev->output[fab_link_from[fab_into[fab_into_start[p] + s.x]]];
    case SRC_NEIGHBOUR_REGISTER: {
      const uint32_t q = fab_link_from[fab_into[fab_into_start[p] + s.x]];
      return dev->registers[q][turned(dev, q, s.y)];
    }
    default: return 0;
  }
}

/* What a link carries in this cycle. Images have no circles of links; one would carry 0. */
static int32_t link_value(rcg_dev *dev, const rcg_kernel *k, uint32_t slot, uint32_t link) {
  if (dev->link_known[link]) return dev->link[link];
  dev->link_known[link] = 1;
  dev->link[link] = 0;
#if FAB_CROSSBARS
  const uint32_t p = fab_link_from[link];
  const word *w = &k->words[p * k->ii + slot];
  for (uint32_t i = 0; i < links_out(p); ++i)
    if (fab_out[fab_out_start[p] + i] == link) dev->link[link] = value_of(dev, k, slot, p, w, w->drive[i]);
#else
  (void)k;
  (void)slot;
#endif
  return dev->link[link];
}

static void run_cycle(rcg_dev *dev, const rcg_kernel *k, uint32_t slot, uint64_t cycle, uint64_t trip) {
  int32_t result[FAB_ELEMENTS];
  uint8_t has_result[FAB_ELEMENTS];
  int32_t taken[FAB_ELEMENTS][FAB_WRITE_PORTS + 1];
  memset(dev->link_known, 0, sizeof dev->link_known);
  dev->store_count = 0;
  for (uint32_t p = 0; p < FAB_ELEMENTS; ++p) {
    const word *w = &k->words[p * k->ii + slot];
    has_result[p] = 0;
    for (uint32_t t = 0; t < w->takes; ++t)
      taken[p][t] = link_value(dev, k, slot, fab_into[fab_into_start[p] + w->take_link[t]]);
    if (w->op == 0 || dev->round < w->stage || dev->round - w->stage >= trip) continue;
    int32_t v[3];
    for (int i = 0; i < 3; ++i) v[i] = value_of(dev, k, slot, p, w, w->operand[i]);
    if (w->initial_at != NONE && dev->edges[w->stage][w->initial_level].first)
      v[w->initial_at] = value_of(dev, k, slot, p, w, w->initial);
    const int is_predicated = w->op == 19 || (w->op >= 53 && w->op <= 57);
    if (is_predicated && w->operand[2].kind == SRC_NONE) v[2] = 1;
    if (w->negate && is_predicated) v[2] = v[2] == 0;
    dev->counters.issued++;
    has_result[p] = 1;
    const uint32_t address = (uint32_t)add(v[0], w->immediate);
    stream_state *stream = NULL;
    if (w->op == 56 || w->op == 57)
      for (uint32_t s = 0; s < k->streams; ++s)
        if ((int32_t)k->stream[s].stream == w->immediate) stream = &dev->streams[s];
    switch (w->op) {
      case 48: result[p] = load(dev, address + ((uint32_t)v[1] & 255u), 1, 1); break;
      case 49: result[p] = load(dev, address, 4, 1); break;
      case 50: result[p] = load(dev, address, 1, 1); break;
      case 51: result[p] = load(dev, address, 1, 0); break;
      case 52: result[p] = load(dev, address, 2, 1); break;
      case 53:
      case 54:
      case 55:
        has_result[p] = 0;
        if (v[2] != 0) store_late(dev, address, w->op == 53 ? 4 : w->op == 54 ? 1 : 2, v[1]);
        break;
      case 56:
        result[p] = v[2] == 0 ? 0 : load(dev, next_address(stream), stream->program->bytes, (int)stream->program->is_signed);
        break;
      case 57:
        has_result[p] = 0;
        if (v[2] != 0) store_late(dev, next_address(stream), stream->program->bytes, v[0]);
        break;
      case 58: result[p] = dev->edges[w->stage][w->immediate].index; break;
      case 59: result[p] = dev->edges[w->stage][w->immediate].first; break;
      case 60: result[p] = dev->edges[w->stage][w->immediate].last; break;
      default: result[p] = compute(w->op, v[0], v[1], v[2], w->immediate);
    }
  }
  for (uint32_t p = 0; p < FAB_ELEMENTS; ++p) {
    const word *w = &k->words[p * k->ii + slot];
    if (w->save >= 0) dev->registers[p][turned(dev, p, (uint32_t)w->save)] = dev->output[p];
    for (uint32_t t = 0; t < w->takes; ++t)
      dev->registers[p][turned(dev, p, w->take_register[t])] = taken[p][t];
    if (has_result[p]) {
      const uint64_t at = (cycle + fab_latency[w->op] - 1) % FAB_LONGEST;
      dev->due[at][p] = result[p];
      dev->is_due[at][p] = 1;
    }
  }
  const uint64_t at = cycle % FAB_LONGEST;
  for (uint32_t p = 0; p < FAB_ELEMENTS; ++p)
    if (dev->is_due[at][p]) {
      dev->output[p] = dev->due[at][p];
      dev->is_due[at][p] = 0;
    }
  for (uint32_t i = 0; i < dev->store_count; ++i)
    for (uint32_t b = 0; b < dev->stores[i].bytes; ++b)
      dev->memory[dev->stores[i].address + b] = (uint8_t)((uint32_t)dev->stores[i].value >> (8 * b));
}

/* Cycles that it took. */
static uint64_t run(rcg_dev *dev, const rcg_kernel *k, const int32_t *livein) {
  int64_t extent[FAB_LEVELS], counter[FAB_LEVELS] = {0};
  uint64_t trip = 1;
  for (uint32_t l = 0; l < k->loops; ++l) {
    extent[l] = number_of(k->loop[l], livein);
    if (extent[l] < 0) extent[l] = 0;
    trip *= (uint64_t)extent[l];
  }
  if (trip == 0) return 0;
  memset(dev->output, 0, sizeof dev->output);
  memset(dev->registers, 0, sizeof dev->registers);
  memset(dev->is_due, 0, sizeof dev->is_due);
  memset(dev->edges, 0, sizeof dev->edges);
  for (uint32_t p = 0; p < FAB_ELEMENTS; ++p)
    for (uint32_t c = 0; c < FAB_CONSTANTS; ++c) dev->constant[p][c] = number_of(k->constant[p][c], livein);
  for (uint32_t s = 0; s < k->streams; ++s) {
    stream_state *state = &dev->streams[s];
    state->program = &k->stream[s];
    state->address = number_of(k->stream[s].base, livein);
    for (uint32_t d = 0; d < k->stream[s].dims; ++d) {
      state->extent[d] = number_of(k->stream[s].extent[d], livein);
      state->stride[d] = number_of(k->stream[s].stride[d], livein);
      state->counter[d] = 0;
    }
  }
  const uint64_t rounds = trip + k->stages - 1;
  const uint64_t cycles = rounds * k->ii + k->tail;
  uint32_t slot = 0;
  dev->round = 0;
  for (uint64_t cycle = 0; cycle < cycles && dev->failed == RCG_OK; ++cycle) {
    if (slot == 0 && k->loops > 0 && dev->round < rounds) {
      memmove(dev->edges[1], dev->edges[0], sizeof dev->edges[0] * (k->stages - 1));
      if (dev->round < trip) {
        int32_t first = 1, last = 1;
        for (uint32_t l = k->loops; l-- > 0;) {
          first = first && counter[l] == 0;
          last = last && counter[l] == extent[l] - 1;
          dev->edges[0][l].first = first;
          dev->edges[0][l].last = last;
          dev->edges[0][l].index = (int32_t)counter[l];
        }
        for (uint32_t l = k->loops; l-- > 0;) {
          if (++counter[l] < extent[l]) break;
          counter[l] = 0;
        }
      }
    }
    run_cycle(dev, k, slot, cycle, trip);
    if (++slot == k->ii) {
      slot = 0;
      ++dev->round;
    }
  }
  return cycles;
}

/* ---- driver ---- */

rcg_status rcg_open(const char *uri, rcg_dev **out) {
  if (strcmp(uri, "sim:" FAB_NAME) != 0 && strcmp(uri, "sim:") != 0) return RCG_ENODEV;
  *out = calloc(1, sizeof **out);
  return *out == NULL ? RCG_ENOMEM : RCG_OK;
}

rcg_status rcg_info(rcg_dev *dev, rcg_info_t *out) {
  (void)dev;
  memset(out, 0, sizeof *out);
  out->abi = RCG_ABI_VERSION;
  out->fabric_id = FAB_ID;
  out->banks = FAB_BANKS;
  for (uint32_t b = 0; b < FAB_BANKS; ++b) out->bank_bytes[b] = fab_bank_bytes[b];
  out->liveins = FAB_LIVEINS;
  out->channels = FAB_CHANNELS;
  return RCG_OK;
}

rcg_status rcg_load(rcg_dev *dev, const void *image, size_t n, rcg_kernel **out) {
  rcg_kernel *k = calloc(1, sizeof *k);
  if (k == NULL) return RCG_ENOMEM;
  const rcg_status status = parse(image, n, k);
  if (status != RCG_OK) {
    free(k->words);
    free(k);
    return status;
  }
  k->next = dev->kernels;
  dev->kernels = k;
  *out = k;
  return RCG_OK;
}

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* The address of a transfer; -1 when it leaves the scratchpad. */
static int64_t begin(rcg_dev *dev, uint32_t bank, uint32_t off, const rcg_dma_t *d, uint32_t chan, int is_write) {
  if (bank >= FAB_BANKS || chan >= FAB_CHANNELS) return -1;
  int64_t low = (int64_t)fab_bank_start[bank] + off, high = low + d->run;
  const int64_t first = low;
  for (int i = 0; i < 3; ++i) {
    if (d->count[i] == 0) return -1;
    const int64_t reach = (int64_t)(d->count[i] - 1) * d->spad[i];
    if (reach < 0) low += reach;
    else high += reach;
  }
  if (low < 0 || high > FAB_BYTES) return -1;
  const uint64_t bytes = (uint64_t)d->run * d->count[0] * d->count[1] * d->count[2];
  const uint64_t end = later(dev->now, dev->channel_free[chan]) + FAB_DMA_SETUP + (bytes + FAB_DMA_BYTES - 1) / FAB_DMA_BYTES;
  dev->channel_free[chan] = end;
  dev->counters.dma_bytes += bytes;
  if (is_write)
    for (uint32_t b = 0; b < FAB_BANKS; ++b)
      if (first < (int64_t)fab_bank_start[b] + fab_bank_bytes[b] && high > (int64_t)fab_bank_start[b])
        dev->written[b] = later(dev->written[b], end);
  return first;
}

static int64_t offset_of(const int32_t *stride, uint32_t i, uint32_t j, uint32_t l) {
  return (int64_t)i * stride[0] + (int64_t)j * stride[1] + (int64_t)l * stride[2];
}

rcg_status rcg_spad_write(rcg_dev *dev, uint32_t bank, uint32_t off, const void *src, const rcg_dma_t *d, uint32_t chan) {
  const int64_t at = begin(dev, bank, off, d, chan, 1);
  const uint8_t *host = src;
  if (at < 0) return RCG_ERANGE;
  for (uint32_t i = 0; i < d->count[0]; ++i)
    for (uint32_t j = 0; j < d->count[1]; ++j)
      for (uint32_t l = 0; l < d->count[2]; ++l)
        memcpy(dev->memory + at + offset_of(d->spad, i, j, l), host + offset_of(d->host, i, j, l), d->run);
  return RCG_OK;
}

rcg_status rcg_spad_read(rcg_dev *dev, uint32_t bank, uint32_t off, void *dst, const rcg_dma_t *d, uint32_t chan) {
  const int64_t at = begin(dev, bank, off, d, chan, 0);
  uint8_t *host = dst;
  if (at < 0) return RCG_ERANGE;
  for (uint32_t i = 0; i < d->count[0]; ++i)
    for (uint32_t j = 0; j < d->count[1]; ++j)
      for (uint32_t l = 0; l < d->count[2]; ++l)
        memcpy(host + offset_of(d->host, i, j, l), dev->memory + at + offset_of(d->spad, i, j, l), d->run);
  return RCG_OK;
}

rcg_status rcg_launch(rcg_dev *dev, rcg_kernel *k, const int32_t *livein, uint32_t n, uint64_t *ticket) {
  if (n != k->liveins) return RCG_ERANGE;
  uint64_t start = later(dev->now, dev->array_free);
  for (uint32_t b = 0; b < k->banks; ++b) start = later(start, dev->written[k->bank[b]]);
  uint32_t at = 0;
  while (at < FAB_CONTEXTS && dev->resident[at] != k) ++at;
  uint64_t configured = 0;
  if (at == FAB_CONTEXTS) {
    /* The configuration used longest ago makes room. */
    at = FAB_CONTEXTS - 1;
    configured = (uint64_t)k->ii * FAB_ELEMENTS * FAB_WORD_BITS;
  }
  for (; at > 0; --at) dev->resident[at] = dev->resident[at - 1];
  dev->resident[0] = k;
  const uint64_t cycles = run(dev, k, livein);
  dev->array_free = start + (configured + FAB_LOAD_BITS - 1) / FAB_LOAD_BITS + cycles;
  dev->counters.array_cycles += cycles;
  dev->counters.launches++;
  *ticket = ++dev->launches;
  const rcg_status status = dev->failed;
  dev->failed = RCG_OK;
  return status;
}

rcg_status rcg_wait(rcg_dev *dev, uint64_t ticket, int32_t *liveout, uint32_t n) {
  (void)liveout;
  if (n != 0) return RCG_ERANGE;
  uint64_t end = later(dev->now, dev->array_free);
  if (ticket == 0)
    for (uint32_t c = 0; c < FAB_CHANNELS; ++c) end = later(end, dev->channel_free[c]);
  dev->now = end;
  return RCG_OK;
}

rcg_status rcg_counters(rcg_dev *dev, rcg_counters_t *out) {
  *out = dev->counters;
  out->cycles = dev->now;
  return RCG_OK;
}

void rcg_close(rcg_dev *dev) {
  while (dev != NULL && dev->kernels != NULL) {
    rcg_kernel *k = dev->kernels;
    dev->kernels = k->next;
    free(k->words);
    free(k);
  }
  free(dev);
}

${ERROR_TEXTS}`;
