/** The interface between hosts and drivers of fabrics, in C99. */
export const ABI_HEADER = String.raw`/* Driving a reconfigurable array: images of kernels, a scratchpad, transfers and launches. */
#ifndef RELAX_CGRA_H
#define RELAX_CGRA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RCG_ABI_VERSION 1u
#define RCG_MOST_BANKS 32

typedef struct rcg_dev rcg_dev;
typedef struct rcg_kernel rcg_kernel;
/* 0, or one of the errors below; rcg_strerror has their texts. */
typedef int32_t rcg_status;

enum {
  RCG_OK = 0,
  RCG_ENODEV = -1,  /* there is no such device */
  RCG_ENOMEM = -2,  /* the driver has no memory */
  RCG_EIMAGE = -3,  /* the image is damaged */
  RCG_EFABRIC = -4, /* the image is for another fabric */
  RCG_ERANGE = -5,  /* an address, channel or count is out of range */
  RCG_EFAULT = -6,  /* a kernel did what the fabric cannot do */
  RCG_EHOST = -7    /* the device asks the host to compute */
};

typedef struct {
  uint32_t abi;
  uint64_t fabric_id;
  uint32_t banks;
  uint32_t bank_bytes[RCG_MOST_BANKS];
  uint32_t liveins;
  uint32_t channels;
} rcg_info_t;

/* A box of runs of bytes, outermost dimension first; strides in bytes. */
typedef struct {
  uint32_t run;
  uint32_t count[3];
  int32_t host[3];
  int32_t spad[3];
} rcg_dma_t;

typedef struct {
  uint64_t cycles;       /* until all that was waited for was done */
  uint64_t array_cycles; /* in which the array ran */
  uint64_t issued;       /* operations */
  uint64_t dma_bytes;
  uint64_t launches;
} rcg_counters_t;

/* "sim:npu-6x6", "mmio:0x40000000", or what a vendor's driver knows. */
rcg_status rcg_open(const char *uri, rcg_dev **out);
rcg_status rcg_info(rcg_dev *dev, rcg_info_t *out);
/* The image may go after the call; its configuration is loaded when it is launched and not resident. */
rcg_status rcg_load(rcg_dev *dev, const void *image, size_t n, rcg_kernel **out);
/* Transfers and launches go on after the call; those of one channel keep their order. Memory of the host belongs to
   the transfer until it is waited for. */
rcg_status rcg_spad_write(rcg_dev *dev, uint32_t bank, uint32_t off, const void *src, const rcg_dma_t *shape, uint32_t chan);
rcg_status rcg_spad_read(rcg_dev *dev, uint32_t bank, uint32_t off, void *dst, const rcg_dma_t *shape, uint32_t chan);
/* A launch waits for transfers into the banks that its image names. */
rcg_status rcg_launch(rcg_dev *dev, rcg_kernel *kernel, const int32_t *livein, uint32_t n, uint64_t *ticket);
/* Ticket 0: all launches and transfers. */
rcg_status rcg_wait(rcg_dev *dev, uint64_t ticket, int32_t *liveout, uint32_t n);
rcg_status rcg_counters(rcg_dev *dev, rcg_counters_t *out);
void rcg_close(rcg_dev *dev);
const char *rcg_strerror(rcg_status status);

#ifdef __cplusplus
}
#endif

#endif
`;

/** The texts of errors, which all drivers share. */
export const ERROR_TEXTS = String.raw`const char *rcg_strerror(rcg_status status) {
  switch (status) {
    case RCG_OK: return "ok";
    case RCG_ENODEV: return "there is no such device";
    case RCG_ENOMEM: return "the driver has no memory";
    case RCG_EIMAGE: return "the image is damaged";
    case RCG_EFABRIC: return "the image is for another fabric";
    case RCG_ERANGE: return "an address, channel or count is out of range";
    case RCG_EFAULT: return "a kernel did what the fabric cannot do";
    case RCG_EHOST: return "the device asks the host to compute";
    default: return "unknown status";
  }
}
`;
