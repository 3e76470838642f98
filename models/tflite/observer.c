/* A delegate that reads the execution plan and claims nothing. One before and one after another delegate tell what that
   one really took: the C API has no call for it. */
#include <stdlib.h>

#include "dunlin.h"

static TfLiteStatus prepare(TfLiteContext* context, TfLiteDelegate* delegate) {
  dunlin_observer* self = (dunlin_observer*)delegate;
  TfLiteIntArray* plan = NULL;
  TfLiteStatus status = context->GetExecutionPlan(context, &plan);
  if (status != kTfLiteOk) return status;
  for (int i = 0; i < plan->size; i++) {
    TfLiteNode* node = NULL;
    TfLiteRegistration* registration = NULL;
    status = context->GetNodeAndRegistration(context, plan->data[i], &node, &registration);
    if (status != kTfLiteOk) return status;
    self->nodes++;
    if (self->watched && node->delegate == self->watched) self->owned++;
  }
  return kTfLiteOk;
}

dunlin_observer* dunlin_observer_new(const TfLiteDelegate* watched) {
  dunlin_observer* self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->delegate.Prepare = prepare;
  /* Without this flag the library refuses to apply any delegate to a graph with dynamic tensors. */
  self->delegate.flags = kTfLiteDelegateFlagsAllowDynamicTensors;
  self->watched = watched;
  return self;
}

void dunlin_observer_free(dunlin_observer* observer) { free(observer); }
