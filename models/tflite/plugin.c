/* Delegates in libraries of their own, by the two functions that TensorFlow Lite's external delegates export. The
   library is never closed: its threads and its driver may outlive the delegate. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dunlin.h"

/* The library's words come without a sign of whose they are: they belong to the session that this thread builds. */
static void say(void* log, const char* format, ...) {
  va_list args;
  va_start(args, format);
  dunlin_log_report(log, format, args);
  va_end(args);
}

static void report(const char* text) {
  dunlin_log* log = dunlin_log_current();
  if (log && text) say(log, "%s", text);
}

int dunlin_plugin_open(const char* path, dunlin_plugin* plugin, char* error, size_t size) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* why = dlerror();
    snprintf(error, size, "%s", why ? why : "dlopen gives no reason");
    return 1;
  }
  plugin->create = dlsym(handle, "tflite_plugin_create_delegate");
  plugin->destroy = dlsym(handle, "tflite_plugin_destroy_delegate");
  if (plugin->create && plugin->destroy) return 0;
  snprintf(error, size, "%s has no function tflite_plugin_%s_delegate", path, plugin->create ? "destroy" : "create");
  dlclose(handle);
  return 2;
}

TfLiteDelegate* dunlin_plugin_create(const dunlin_plugin* plugin, char** keys, char** values, size_t count) {
  return plugin->create(keys, values, count, report);
}

void dunlin_plugin_destroy(const dunlin_plugin* plugin, TfLiteDelegate* delegate) {
  if (delegate) plugin->destroy(delegate);
}
