/* The GPU delegate, where the library is built with it. Its options are used as the library fills them: the struct comes
   back in memory, and no version is near the size that is set aside. */
#include <stdio.h>

#include "dunlin.h"

typedef struct {
  char bytes[1024];
} options;

TfLiteDelegate* dunlin_gpu_new(dunlin_why* why, char* error, size_t size) {
  options (*defaults)(void) = dunlin_find("TfLiteGpuDelegateOptionsV2Default");
  TfLiteDelegate* (*create)(const options*) = dunlin_find("TfLiteGpuDelegateV2Create");
  if (!defaults || !create || !dunlin_find("TfLiteGpuDelegateV2Delete")) {
    *why = DUNLIN_NO_SYMBOL;
    snprintf(error, size, "this library is built without the GPU delegate");
    return NULL;
  }
  options o = defaults();
  TfLiteDelegate* delegate = create(&o);
  if (!delegate) {
    *why = DUNLIN_NOT_CREATED;
    snprintf(error, size, "the delegate could not be created");
  }
  return delegate;
}

void dunlin_gpu_free(TfLiteDelegate* delegate) {
  void (*free_delegate)(TfLiteDelegate*) = dunlin_find("TfLiteGpuDelegateV2Delete");
  if (delegate && free_delegate) free_delegate(delegate);
}
