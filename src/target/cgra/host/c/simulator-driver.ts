/** The interface of `relax_cgra.h` over a simulated fabric, as C99. */
export const SIMULATED_DRIVER_C = String.raw`/* ---- driver ---- */

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
`;
