/** Memory and cycles of a simulated fabric, as C99: what `machine/simulate.ts` does. */
export const CYCLES_C = String.raw`/* ---- memory ---- */

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
`;
