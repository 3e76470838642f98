/* Replacements in the jump table: the binding creates models and options without a sound error reporter, these attach
   the log that the calling thread chose. */
#include "dunlin.h"

static TfLiteModel* (*create_model)(const void*, size_t);
static TfLiteModel* (*create_model_reporting)(const void*, size_t, TfLiteReporter, void*); /* NULL before 2.12 or so */
static TfLiteInterpreterOptions* (*create_options)(void);
static void (*set_reporter)(TfLiteInterpreterOptions*, TfLiteReporter, void*);

void dunlin_repair(void* model, void* model_reporting, void* options, void* reporter) {
  create_model = model;
  create_model_reporting = model_reporting;
  create_options = options;
  set_reporter = reporter;
}

TfLiteModel* dunlin_model_create(const void* data, size_t size) {
  dunlin_log* log = dunlin_log_current();
  if (log && create_model_reporting) return create_model_reporting(data, size, dunlin_log_report, log);
  return create_model(data, size);
}

TfLiteInterpreterOptions* dunlin_options_create(void) {
  TfLiteInterpreterOptions* options = create_options();
  dunlin_log* log = dunlin_log_current();
  if (options && log) set_reporter(options, dunlin_log_report, log);
  TfLiteStatus (*allow)(TfLiteInterpreterOptions*, bool) = dunlin_find("TfLiteInterpreterOptionsEnableCancellation");
  if (options && allow) allow(options, true); /* a refusal shows when somebody cancels */
  return options;
}
