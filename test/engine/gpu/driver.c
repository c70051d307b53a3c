/*
 * A pretended NVIDIA driver with one GPU: as much of libcuda.so.1, libnvidia-ml.so.1 and libcudart.so.12 as TensorFlow
 * calls until it has created its devices. The real libcudart.so.12 checks that its driver is NVIDIA's.
 * The environment variable PRETENDED_ERROR is the result of cuInit.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CUDA_VERSION 12090
static const size_t MEMORY = (size_t)16 << 30;

static int set(int *where, int value) {
  *where = value;
  return 0;
}

/* libcuda.so.1 */

int cuInit(unsigned flags) {
  const char *error = getenv("PRETENDED_ERROR");
  return error ? atoi(error) : 0;
}
int cuDriverGetVersion(int *version) { return set(version, CUDA_VERSION); }
int cuDeviceGetCount(int *count) { return set(count, 1); }
int cuDeviceGet(int *device, int index) { return set(device, index); }
int cuDeviceGetName(char *name, int length, int device) {
  strncpy(name, "Pretended GPU", length);
  return 0;
}
int cuDeviceTotalMem_v2(size_t *bytes, int device) {
  *bytes = MEMORY;
  return 0;
}
int cuDeviceGetPCIBusId(char *id, int length, int device) {
  strncpy(id, "0000:01:00.0", length);
  return 0;
}
int cuDeviceGetUuid_v2(char *uuid, int device) {
  memset(uuid, 1, 16);
  return 0;
}
int cuDeviceGetAttribute(int *value, int attribute, int device) {
  switch (attribute) {
    case 75: return set(value, 9); /* compute capability 9.0 */
    case 76: return set(value, 0);
    case 16: return set(value, 132); /* multiprocessors */
    case 10: return set(value, 32);  /* threads in a warp */
    case 1: case 2: case 3: case 4: return set(value, 1024); /* threads in a block */
    case 5: case 6: case 7: return set(value, 65535);        /* blocks in a grid */
    case 8: case 81: case 97: return set(value, 49152);      /* shared memory */
    case 12: case 82: return set(value, 65536);              /* registers */
    case 39: return set(value, 2048);                        /* threads of a multiprocessor */
    case 37: return set(value, 5120);                        /* width of the memory bus */
    case 13: case 36: return set(value, 1000000);            /* clocks, in kHz */
    default: return set(value, 1);
  }
}
int cuDevicePrimaryCtxRetain(void **context, int device) {
  *context = (void *)1;
  return 0;
}
int cuDevicePrimaryCtxGetState(int device, unsigned *flags, int *active) {
  *flags = 0;
  return set(active, 1);
}
int cuDevicePrimaryCtxSetFlags_v2(int device, unsigned flags) { return 0; }
int cuDevicePrimaryCtxRelease_v2(int device) { return 0; }
int cuCtxSetCurrent(void *context) { return 0; }
int cuCtxGetCurrent(void **context) {
  *context = (void *)1;
  return 0;
}
int cuCtxGetDevice(int *device) { return set(device, 0); }
int cuCtxSynchronize(void) { return 0; }
int cuCtxGetStreamPriorityRange(int *least, int *greatest) { return set(least, 0) || set(greatest, -5); }
int cuStreamCreate(void **stream, unsigned flags) {
  *stream = malloc(1);
  return 0;
}
int cuStreamCreateWithPriority(void **stream, unsigned flags, int priority) { return cuStreamCreate(stream, flags); }
int cuStreamDestroy_v2(void *stream) { return 0; }
int cuStreamSynchronize(void *stream) { return 0; }
int cuStreamQuery(void *stream) { return 0; }
int cuEventCreate(void **event, unsigned flags) { return cuStreamCreate(event, flags); }
int cuEventRecord(void *event, void *stream) { return 0; }
int cuEventDestroy_v2(void *event) { return 0; }
int cuMemGetInfo_v2(size_t *free, size_t *total) {
  *free = *total = MEMORY;
  return 0;
}
int cuGetErrorName(int error, const char **name) {
  *name = error == 100 ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR_UNKNOWN";
  return 0;
}
int cuGetErrorString(int error, const char **text) { return cuGetErrorName(error, text); }

/* libnvidia-ml.so.1 */

int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetHandleByPciBusId_v2(const char *id, void **device) {
  *device = (void *)1;
  return 0;
}
int nvmlDeviceGetNvLinkState(void *device, unsigned link, int *active) { return set(active, 0); }
int nvmlDeviceGetGpuFabricInfoV(void *device, void *info) { return 0; }
int nvmlDeviceGetCurrPcieLinkWidth(void *device, int *width) { return set(width, 16); }
int nvmlDeviceGetCurrPcieLinkGeneration(void *device, int *generation) { return set(generation, 5); }

/* libcudart.so.12 */

int cudaRuntimeGetVersion(int *version) { return set(version, CUDA_VERSION); }
int cudaDriverGetVersion(int *version) { return set(version, CUDA_VERSION); }
int cudaGetDeviceCount(int *count) { return set(count, 1); }
int cudaGetDevice(int *device) { return set(device, 0); }
int cudaSetDevice(int device) { return 0; }
int cudaGetLastError(void) { return 0; }
int cudaDeviceSynchronize(void) { return 0; }
const char *cudaGetErrorName(int error) { return "pretended"; }
const char *cudaGetErrorString(int error) { return "pretended"; }
void **__cudaRegisterFatBinary(void *binary) {
  static void *handle;
  return &handle;
}
void __cudaRegisterFatBinaryEnd(void **handle) {}
void __cudaUnregisterFatBinary(void **handle) {}
void __cudaRegisterFunction(void) {}
void __cudaRegisterVar(void) {}

/* The beginning of cudaDeviceProp: its fields up to the number of multiprocessors. */
struct properties {
  char name[256], uuid[16], luid[8];
  unsigned luidMask;
  size_t memory, sharedMemory;
  int registers, warp;
  size_t pitch;
  int threads, block[3], grid[3], clock;
  size_t constants;
  int major, minor;
  size_t alignment[2];
  int overlap, multiprocessors;
};
int cudaGetDeviceProperties_v2(void *where, int device) {
  struct properties properties = {
    .name = "Pretended GPU", .memory = MEMORY, .sharedMemory = 49152, .registers = 65536, .warp = 32,
    .threads = 1024, .block = {1024, 1024, 64}, .grid = {65535, 65535, 65535}, .clock = 1000000,
    .constants = 65536, .major = 9, .multiprocessors = 132,
  };
  memset(where, 0, 1032);
  memcpy(where, &properties, sizeof properties);
  return 0;
}
