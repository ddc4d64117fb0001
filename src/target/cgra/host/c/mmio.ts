/** Drivers for hardware: memory-mapped registers, and the places where a vendor's own driver goes. */
import { ERROR_TEXTS } from "./abi.js";

/** Registers of a device, each of 32 bits, in the order of their addresses. */
export const REGISTERS: readonly (readonly [name: string, meaning: string])[] = [
  ["ID_LOW", "identity of the fabric, lower half"],
  ["ID_HIGH", "identity of the fabric, upper half"],
  ["STATUS", "bit 0: the array runs; bit 1 + c: DMA channel c is busy; bit 31: it failed"],
  ["LAUNCH", "written with the address of a kernel: starts it"],
  ["CYCLES_LOW", "cycles since reset, lower half; reading it latches the upper one"],
  ["CYCLES_HIGH", "cycles since reset, upper half"],
  ["CONFIG_ADDRESS", "address in memory of an image to load"],
  ["CONFIG_BYTES", "written with its length: loads it; read: the kernel it became"],
  ["DMA_CHANNEL", "channel that the next transfer uses"],
  ["DMA_HOST_LOW", "address in host memory, lower half"],
  ["DMA_HOST_HIGH", "address in host memory, upper half"],
  ["DMA_SPAD", "address in the scratchpad: bank in bits 24 to 31, offset below"],
  ["DMA_RUN", "bytes next to each other"],
  ["DMA_COUNT0", "outermost count; two more follow"],
  ["DMA_COUNT1", "middle count"],
  ["DMA_COUNT2", "innermost count"],
  ["DMA_HOST0", "strides in host memory; two more follow"],
  ["DMA_HOST1", "middle stride"],
  ["DMA_HOST2", "innermost stride"],
  ["DMA_SPAD0", "strides in the scratchpad; two more follow"],
  ["DMA_SPAD1", "middle stride"],
  ["DMA_SPAD2", "innermost stride"],
  ["DMA_GO", "1 copies into the scratchpad, 2 out of it"],
  ["LIVEIN", "numbers for the next launch; 63 more follow"],
];

/** A driver for a device at an address of memory. */
export const MMIO_C = `/* A fabric behind memory-mapped registers; devices that see other addresses than the processor need a translation. */
#include "relax_cgra.h"

#include <stdlib.h>
#include <string.h>

/* Registers of 32 bits from the base address on:
${REGISTERS.map(([name, meaning], k) => ` *   0x${(4 * k).toString(16).padStart(3, "0")} ${name.padEnd(14)} ${meaning}`).join("\n")}
 */
enum {
${REGISTERS.map(([name], k) => `  REG_${name} = ${k},`).join("\n")}
  MOST_CHANNELS = 30
};

struct rcg_dev {
  volatile uint32_t *base;
};

struct rcg_kernel {
  uint32_t number;
};

rcg_status rcg_open(const char *uri, rcg_dev **out) {
  if (strncmp(uri, "mmio:", 5) != 0) return RCG_ENODEV;
  rcg_dev *dev = malloc(sizeof *dev);
  if (dev == NULL) return RCG_ENOMEM;
  dev->base = (volatile uint32_t *)(uintptr_t)strtoull(uri + 5, NULL, 0);
  *out = dev;
  return RCG_OK;
}

rcg_status rcg_info(rcg_dev *dev, rcg_info_t *out) {
  memset(out, 0, sizeof *out);
  out->abi = RCG_ABI_VERSION;
  out->fabric_id = dev->base[REG_ID_LOW];
  out->fabric_id |= (uint64_t)dev->base[REG_ID_HIGH] << 32;
  return RCG_OK;
}

rcg_status rcg_load(rcg_dev *dev, const void *image, size_t n, rcg_kernel **out) {
  rcg_kernel *k = malloc(sizeof *k);
  if (k == NULL) return RCG_ENOMEM;
  dev->base[REG_CONFIG_ADDRESS] = (uint32_t)(uintptr_t)image;
  dev->base[REG_CONFIG_BYTES] = (uint32_t)n;
  k->number = dev->base[REG_CONFIG_BYTES];
  *out = k;
  return RCG_OK;
}

static rcg_status transfer(rcg_dev *dev, uint32_t bank, uint32_t off, uintptr_t host, const rcg_dma_t *d, uint32_t chan, uint32_t go) {
  if (chan >= MOST_CHANNELS || bank > 255 || off >> 24 != 0) return RCG_ERANGE;
  while (dev->base[REG_STATUS] & (2u << chan)) {
  }
  dev->base[REG_DMA_CHANNEL] = chan;
  dev->base[REG_DMA_HOST_LOW] = (uint32_t)host;
  dev->base[REG_DMA_HOST_HIGH] = (uint32_t)((uint64_t)host >> 32);
  dev->base[REG_DMA_SPAD] = bank << 24 | off;
  dev->base[REG_DMA_RUN] = d->run;
  for (int i = 0; i < 3; ++i) {
    dev->base[REG_DMA_COUNT0 + i] = d->count[i];
    dev->base[REG_DMA_HOST0 + i] = (uint32_t)d->host[i];
    dev->base[REG_DMA_SPAD0 + i] = (uint32_t)d->spad[i];
  }
  dev->base[REG_DMA_GO] = go;
  return RCG_OK;
}

rcg_status rcg_spad_write(rcg_dev *dev, uint32_t bank, uint32_t off, const void *src, const rcg_dma_t *d, uint32_t chan) {
  return transfer(dev, bank, off, (uintptr_t)src, d, chan, 1);
}

rcg_status rcg_spad_read(rcg_dev *dev, uint32_t bank, uint32_t off, void *dst, const rcg_dma_t *d, uint32_t chan) {
  return transfer(dev, bank, off, (uintptr_t)dst, d, chan, 2);
}

rcg_status rcg_launch(rcg_dev *dev, rcg_kernel *kernel, const int32_t *livein, uint32_t n, uint64_t *ticket) {
  if (n > 64) return RCG_ERANGE;
  /* Transfers before the launch are in front of it: all must be there. */
  while (dev->base[REG_STATUS] & 0x7fffffffu) {
  }
  for (uint32_t k = 0; k < n; ++k) dev->base[REG_LIVEIN + k] = (uint32_t)livein[k];
  dev->base[REG_LAUNCH] = kernel->number;
  *ticket = 1;
  return RCG_OK;
}

rcg_status rcg_wait(rcg_dev *dev, uint64_t ticket, int32_t *liveout, uint32_t n) {
  const uint32_t busy = ticket == 0 ? 0x7fffffffu : 1u;
  (void)liveout;
  if (n != 0) return RCG_ERANGE;
  while (dev->base[REG_STATUS] & busy) {
  }
  return dev->base[REG_STATUS] >> 31 ? RCG_EFAULT : RCG_OK;
}

rcg_status rcg_counters(rcg_dev *dev, rcg_counters_t *out) {
  memset(out, 0, sizeof *out);
  out->cycles = dev->base[REG_CYCLES_LOW];
  out->cycles |= (uint64_t)dev->base[REG_CYCLES_HIGH] << 32;
  return RCG_OK;
}

void rcg_close(rcg_dev *dev) { free(dev); }

${ERROR_TEXTS}`;

/** Where a vendor's functions go. */
export const VENDOR_C = `/* The functions of relax_cgra.h for a vendor's driver: each body is where its calls go. */
#include "relax_cgra.h"

struct rcg_dev {
  void *handle; /* of the vendor's driver */
};

struct rcg_kernel {
  void *handle;
};

rcg_status rcg_open(const char *uri, rcg_dev **out) {
  (void)uri;
  (void)out;
  return RCG_ENODEV;
}

rcg_status rcg_info(rcg_dev *dev, rcg_info_t *out) {
  (void)dev;
  (void)out;
  return RCG_ENODEV;
}

rcg_status rcg_load(rcg_dev *dev, const void *image, size_t n, rcg_kernel **out) {
  (void)dev;
  (void)image;
  (void)n;
  (void)out;
  return RCG_ENODEV;
}

rcg_status rcg_spad_write(rcg_dev *dev, uint32_t bank, uint32_t off, const void *src, const rcg_dma_t *shape, uint32_t chan) {
  (void)dev;
  (void)bank;
  (void)off;
  (void)src;
  (void)shape;
  (void)chan;
  return RCG_ENODEV;
}

rcg_status rcg_spad_read(rcg_dev *dev, uint32_t bank, uint32_t off, void *dst, const rcg_dma_t *shape, uint32_t chan) {
  (void)dev;
  (void)bank;
  (void)off;
  (void)dst;
  (void)shape;
  (void)chan;
  return RCG_ENODEV;
}

rcg_status rcg_launch(rcg_dev *dev, rcg_kernel *kernel, const int32_t *livein, uint32_t n, uint64_t *ticket) {
  (void)dev;
  (void)kernel;
  (void)livein;
  (void)n;
  (void)ticket;
  return RCG_ENODEV;
}

rcg_status rcg_wait(rcg_dev *dev, uint64_t ticket, int32_t *liveout, uint32_t n) {
  (void)dev;
  (void)ticket;
  (void)liveout;
  (void)n;
  return RCG_ENODEV;
}

rcg_status rcg_counters(rcg_dev *dev, rcg_counters_t *out) {
  (void)dev;
  (void)out;
  return RCG_ENODEV;
}

void rcg_close(rcg_dev *dev) { (void)dev; }

${ERROR_TEXTS}`;
