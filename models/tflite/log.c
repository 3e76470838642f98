/* Error text of the library, formatted here because the binding formats a va_list with asprintf. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dunlin.h"

struct dunlin_log {
  pthread_mutex_t lock; /* a delegate may report from a thread of its own */
  size_t used;
  char text[2048];
};

static __thread dunlin_log* current;

dunlin_log* dunlin_log_new(void) {
  dunlin_log* log = calloc(1, sizeof *log);
  if (log) pthread_mutex_init(&log->lock, NULL);
  return log;
}

void dunlin_log_free(dunlin_log* log) {
  if (!log) return;
  pthread_mutex_destroy(&log->lock);
  free(log);
}

void dunlin_log_use(dunlin_log* log) { current = log; }

dunlin_log* dunlin_log_current(void) { return current; }

void dunlin_log_take(dunlin_log* log, char* text, size_t size) {
  pthread_mutex_lock(&log->lock);
  snprintf(text, size, "%.*s", (int)log->used, log->text);
  log->used = 0;
  pthread_mutex_unlock(&log->lock);
}

void dunlin_log_report(void* to, const char* format, va_list args) {
  dunlin_log* log = to;
  pthread_mutex_lock(&log->lock);
  size_t left = sizeof log->text - log->used;
  if (log->used && left > 2) {
    memcpy(log->text + log->used, "; ", 2);
    log->used += 2;
    left -= 2;
  }
  int n = vsnprintf(log->text + log->used, left, format, args);
  if (n > 0) log->used += (size_t)n < left ? (size_t)n : left - 1;
  pthread_mutex_unlock(&log->lock);
}
