/* cloop LIBRARY MODEL: the plain C loop that bench/invoke compares with. It opens the same library, turns on the same
   XNNPACK flags, and for each line "MILLISECONDS" on stdin invokes the model for that long and prints the mean time of
   one invoke in nanoseconds, by the thread's CPU time and by the wall clock. Build: cc -O2 cloop.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void* library;

static void* need(const char* name) {
  void* f = dlsym(library, name);
  if (!f) {
    fprintf(stderr, "cloop: the library has no %s\n", name);
    exit(1);
  }
  return f;
}

#define CALL(result, name, ...) ((result(*)(__VA_ARGS__))need(name))

typedef struct {
  int32_t threads;
  uint32_t word[127];
} options;

/* Versions from 2.12: the options come back in memory, flags is their second word, from 2.20 their third. */
static void* xnnpack(void) {
  int minor = atoi(CALL(const char*, "TfLiteVersion", void)() + 2);
  if (minor < 12) {
    fputs("cloop: needs a library from 2.12 on\n", stderr);
    exit(1);
  }
  options o = CALL(options, "TfLiteXNNPackDelegateOptionsDefault", void)();
  o.threads = 1;
  o.word[minor < 20 ? 0 : 1] |= 3;
  return CALL(void*, "TfLiteXNNPackDelegateCreate", options*)(&o);
}

static void* interpreter(const char* model_file) {
  void* model = CALL(void*, "TfLiteModelCreateFromFile", const char*)(model_file);
  void* o = CALL(void*, "TfLiteInterpreterOptionsCreate", void)();
  CALL(void, "TfLiteInterpreterOptionsSetNumThreads", void*, int32_t)(o, 1);
  CALL(void, "TfLiteInterpreterOptionsAddDelegate", void*, void*)(o, xnnpack());
  void* i = model ? CALL(void*, "TfLiteInterpreterCreate", void*, void*)(model, o) : NULL;
  if (!i || CALL(int, "TfLiteInterpreterAllocateTensors", void*)(i)) {
    fprintf(stderr, "cloop: cannot load %s\n", model_file);
    exit(1);
  }
  void* in = CALL(void*, "TfLiteInterpreterGetInputTensor", void*, int32_t)(i, 0);
  memset(CALL(void*, "TfLiteTensorData", void*)(in), 7, CALL(size_t, "TfLiteTensorByteSize", void*)(in));
  return i;
}

static int64_t now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void measure(void* i, int64_t length) {
  int (*invoke)(void*) = need("TfLiteInterpreterInvoke");
  int64_t wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_THREAD_CPUTIME_ID), spent = 0;
  long n = 0;
  do {
    for (int k = 0; k < 64; k++) {
      if (invoke(i)) {
        fputs("cloop: invoke fails\n", stderr);
        exit(1);
      }
    }
    n += 64;
    spent = now(CLOCK_MONOTONIC) - wall;
  } while (spent < length);
  printf("%.1f %.1f\n", (double)(now(CLOCK_THREAD_CPUTIME_ID) - cpu) / n, (double)spent / n);
  fflush(stdout);
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fputs("usage: cloop LIBRARY MODEL\n", stderr);
    return 2;
  }
  library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "cloop: %s\n", dlerror());
    return 1;
  }
  void (*least)(int) = dlsym(library, "_ZN6tflite13LoggerOptions21SetMinimumLogSeverityENS_11LogSeverityE");
  if (least) least(2); /* no INFO on stderr */
  void* i = interpreter(argv[2]);
  char line[64];
  while (fgets(line, sizeof line, stdin)) measure(i, atol(line) * 1000000LL);
  return 0;
}
