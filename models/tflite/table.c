/* The jump table behind trampolines.S and the only dlopen of the program. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dunlin.h"
#include "symbols.h"

#define COUNT (sizeof dunlin_symbols / sizeof *dunlin_symbols)

__attribute__((visibility("hidden"), aligned(16))) void* dunlin_table[COUNT];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void* library;
static char* opened;

/* Stands for every function that the library lacks and that Dunlin never calls. */
static void absent(void) {
  fputs("dunlin: called a function that this TensorFlow Lite library does not have\n", stderr);
  abort();
}

/* The library says INFO on stderr for its first delegate; only warnings and errors are wanted there. The severities are
   verbose 0, info 1, warning 2, error 3 since this function exists. */
static void quiet(void* handle) {
  void (*least)(int) = dlsym(handle, "_ZN6tflite13LoggerOptions21SetMinimumLogSeverityENS_11LogSeverityE");
  if (least) least(2);
}

static const char* version_of(void* handle) {
  const char* (*version)(void) = dlsym(handle, "TfLiteVersion");
  return version ? version() : "unknown";
}

static void* replacement(const char* name) {
  if (!strcmp(name, "TfLiteModelCreate")) return dunlin_model_create;
  if (!strcmp(name, "TfLiteInterpreterOptionsCreate")) return dunlin_options_create;
  return NULL;
}

/* Fills the table, or returns the name of a required function that is missing. */
static const char* fill(void* handle) {
  void* found[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    found[i] = dlsym(handle, dunlin_symbols[i].name);
    if (!found[i] && dunlin_symbols[i].required) return dunlin_symbols[i].name;
  }
  for (size_t i = 0; i < COUNT; i++) {
    void* ours = replacement(dunlin_symbols[i].name);
    dunlin_table[i] = ours ? ours : found[i] ? found[i] : (void*)absent;
  }
  return NULL;
}

static int open_locked(const char* path, char* error, size_t size) {
  if (library) {
    if (!strcmp(opened, path)) return 0;
    snprintf(error, size, "%s is open already and a process opens one library", opened);
    return 1;
  }
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* why = dlerror();
    snprintf(error, size, "%s", why ? why : "dlopen gives no reason");
    return 1;
  }
  const char* missing = fill(handle);
  if (missing) {
    snprintf(error, size, "version %s has no function %s", version_of(handle), missing);
    dlclose(handle);
    return 1;
  }
  dunlin_repair(dlsym(handle, "TfLiteModelCreate"), dlsym(handle, "TfLiteModelCreateWithErrorReporter"),
                dlsym(handle, "TfLiteInterpreterOptionsCreate"),
                dlsym(handle, "TfLiteInterpreterOptionsSetErrorReporter"));
  quiet(handle);
  library = handle;
  opened = strdup(path);
  return 0;
}

int dunlin_open(const char* path, char* error, size_t size) {
  pthread_mutex_lock(&lock);
  int failed = open_locked(path, error, size);
  pthread_mutex_unlock(&lock);
  return failed;
}

void* dunlin_find(const char* name) { return dlsym(library, name); }
