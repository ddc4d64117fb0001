/** Reading images, as C99: what `machine/image.ts` writes, damaged ones refused. */
export const READ_IMAGE_C = String.raw`/* ---- images ---- */

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
`;
