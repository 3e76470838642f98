/* What the Go side of models/tflite calls in C. */
#ifndef DUNLIN_TFLITE_H
#define DUNLIN_TFLITE_H

#include <tensorflow/lite/c/c_api.h>

/* table.c: opens the library and fills the jump table. Returns 0, or 1 with one clause in error. A path that is open
   already is no error; a second path is. */
int dunlin_open(const char* path, char* error, size_t size);

/* table.c: address of a function of the open library, or NULL. Valid after dunlin_open returned 0. */
void* dunlin_find(const char* name);

/* log.c: error text of one session. Text beyond the buffer is cut. */
typedef struct dunlin_log dunlin_log;
dunlin_log* dunlin_log_new(void);
void dunlin_log_free(dunlin_log* log);
/* Copies the text collected since the last call, at most size-1 bytes and a zero, and empties the log. */
void dunlin_log_take(dunlin_log* log, char* text, size_t size);
/* Models and options that this thread creates from now on report to log; NULL ends that. */
void dunlin_log_use(dunlin_log* log);
dunlin_log* dunlin_log_current(void);
void dunlin_log_report(void* log, const char* format, va_list args);

/* repair.c: what the jump table holds instead of the library's functions of the same purpose. */
TfLiteModel* dunlin_model_create(const void* data, size_t size);
TfLiteInterpreterOptions* dunlin_options_create(void);
void dunlin_repair(void* create_model, void* create_model_reporting, void* create_options, void* set_reporter);

/* observer.c: a delegate that claims nothing and counts. */
typedef struct dunlin_observer {
  TfLiteDelegate delegate;       /* first member: TfLite hands back a pointer to it */
  const TfLiteDelegate* watched; /* whose nodes count as owned; NULL for none */
  int nodes;                     /* nodes in the execution plans seen */
  int owned;                     /* of these, nodes that belong to watched */
} dunlin_observer;
dunlin_observer* dunlin_observer_new(const TfLiteDelegate* watched);
void dunlin_observer_free(dunlin_observer* observer);

/* Why the open library gives no delegate. */
typedef enum { DUNLIN_NO_SYMBOL = 1, DUNLIN_VERSION, DUNLIN_NOT_CREATED } dunlin_why;

/* xnnpack.c: minor is the library's 2.x version. Returns NULL with a cause and one clause in error. */
TfLiteDelegate* dunlin_xnnpack_new(int minor, int threads, dunlin_why* why, char* error, size_t size);
void dunlin_xnnpack_free(TfLiteDelegate* delegate);

/* gpu.c: as above. */
TfLiteDelegate* dunlin_gpu_new(dunlin_why* why, char* error, size_t size);
void dunlin_gpu_free(TfLiteDelegate* delegate);

/* plugin.c: a delegate in a library of its own. */
typedef struct dunlin_plugin {
  TfLiteDelegate* (*create)(char** keys, char** values, size_t count, void (*report)(const char*));
  void (*destroy)(TfLiteDelegate* delegate);
} dunlin_plugin;
/* Returns 0; 1 when the library does not open, 2 when it lacks a function, with one clause in error. */
int dunlin_plugin_open(const char* path, dunlin_plugin* plugin, char* error, size_t size);
/* What the library says goes to the log that this thread uses. NULL when it gives no delegate. */
TfLiteDelegate* dunlin_plugin_create(const dunlin_plugin* plugin, char** keys, char** values, size_t count);
void dunlin_plugin_destroy(const dunlin_plugin* plugin, TfLiteDelegate* delegate);

#endif
