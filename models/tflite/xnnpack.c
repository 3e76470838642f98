/* The XNNPACK delegate with int8 kernels on, whatever the build's defaults are.

   The options struct is returned by value and its layout moved: to 2.9 it is {num_threads, flags}, 8 bytes in a
   register; 2.12 to 2.19 it is larger and comes back in memory with flags as its second word; from 2.20 runtime_flags
   stands before flags. The layout of 2.10 and 2.11 is not known, so these run without XNNPACK. */
#include <stdio.h>

#include "dunlin.h"

enum { QS8 = 1, QU8 = 2 };

typedef struct {
  int32_t threads;
  uint32_t flags;
} options_small;

typedef struct {
  int32_t threads;
  uint32_t word[127]; /* 512 bytes: more than any version uses */
} options_large;

typedef TfLiteDelegate* (*create_function)(const void* options);

static TfLiteDelegate* create_small(void* defaults, create_function create, int threads) {
  options_small o = ((options_small(*)(void))defaults)();
  o.threads = threads;
  o.flags |= QS8 | QU8;
  return create(&o);
}

static TfLiteDelegate* create_large(void* defaults, create_function create, int threads, int word) {
  options_large o = ((options_large(*)(void))defaults)();
  o.threads = threads;
  o.word[word] |= QS8 | QU8;
  return create(&o);
}

/* Where the library tells its flags, check that they arrived. */
static int flags_arrived(TfLiteDelegate* delegate) {
  int (*get)(TfLiteDelegate*) = dunlin_find("TfLiteXNNPackDelegateGetFlags");
  return !get || (get(delegate) & (QS8 | QU8)) == (QS8 | QU8);
}

TfLiteDelegate* dunlin_xnnpack_new(int minor, int threads, dunlin_why* why, char* error, size_t size) {
  void* defaults = dunlin_find("TfLiteXNNPackDelegateOptionsDefault");
  create_function create = (create_function)dunlin_find("TfLiteXNNPackDelegateCreate");
  TfLiteDelegate* delegate = NULL;
  if (!defaults || !create || !dunlin_find("TfLiteXNNPackDelegateDelete")) {
    *why = DUNLIN_NO_SYMBOL;
    snprintf(error, size, "this library is built without XNNPACK");
    return NULL;
  }
  if (minor == 10 || minor == 11) {
    *why = DUNLIN_VERSION;
    snprintf(error, size, "the XNNPACK options of version 2.%d are not known", minor);
    return NULL;
  }
  if (minor < 10) delegate = create_small(defaults, create, threads);
  else delegate = create_large(defaults, create, threads, minor < 20 ? 0 : 1);
  if (!delegate) {
    *why = DUNLIN_NOT_CREATED;
    snprintf(error, size, "the delegate could not be created");
    return NULL;
  }
  if (!flags_arrived(delegate)) {
    *why = DUNLIN_VERSION;
    snprintf(error, size, "the int8 flags did not reach the delegate");
    dunlin_xnnpack_free(delegate);
    return NULL;
  }
  return delegate;
}

void dunlin_xnnpack_free(TfLiteDelegate* delegate) {
  void (*free_delegate)(TfLiteDelegate*) = dunlin_find("TfLiteXNNPackDelegateDelete");
  if (delegate && free_delegate) free_delegate(delegate);
}
