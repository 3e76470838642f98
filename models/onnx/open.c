#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "ort.h"

api_library ort;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char* opened;          /* the path; NULL while nothing is open */
static const api_base* base;

/* What the library logged last on this thread: a status may say less, "failed to load shared library" without a name.
   The library would write it to standard error. */
static __thread char logged[dunlin_why];

static void keep(void* param, int severity, const char* category, const char* id, const char* where, const char* text) {
  (void)param, (void)severity, (void)category, (void)id, (void)where;
  snprintf(logged, sizeof logged, "%s", text);
}

void api_log_clear(void) { logged[0] = 0; }

void api_log_append(char* why, size_t size) {
  size_t used = strlen(why);
  if (logged[0] && !strstr(logged, why) && used < size) snprintf(why + used, size - used, ": %s", logged);
}

int api_failed(status st, char* why, size_t size) {
  if (!st) return 0;
  const char* text = ((const char* (*)(const void*))ort.functions[api_get_error_message])(st);
  snprintf(why, size, "%s", text);
  RELEASE(api_release_status, st);
  return 1;
}

/* The newest interface that both sides know: the library's minor version is its interface's number. */
static int choose(const char* version, char* why, size_t size) {
  int major = 0, minor = 0;
  if (sscanf(version, "%d.%d", &major, &minor) != 2 || major != 1) {
    snprintf(why, size, "version %.32s is not 1.x", version);
    return 1;
  }
  if (minor < api_oldest) {
    snprintf(why, size, "version %.32s is older than 1.%d", version, api_oldest);
    return 1;
  }
  ort.level = minor < api_newest ? (uint32_t)minor : api_newest;
  ort.functions = base->get_api(ort.level);
  if (ort.functions) return 0;
  snprintf(why, size, "version %.32s does not offer interface %u", version, ort.level);
  return 1;
}

static int prepare(char* why, size_t size) {
  if (choose(base->get_version_string(), why, size)) return 1;
  const int error = 3, device = 0, plain = 0; /* ORT_LOGGING_LEVEL_ERROR, OrtDeviceAllocator, OrtMemTypeDefault */
  if (api_failed(CALL(api_create_env_with_custom_logger, void*, void*, int, const char*, void**)(keep, NULL, error, "dunlin", &ort.env), why, size)) return 1;
  return api_failed(CALL(api_disable_telemetry_events, void*)(ort.env), why, size) ||
         api_failed(CALL(api_create_cpu_memory_info, int, int, void**)(device, plain, &ort.cpu), why, size) ||
         api_failed(CALL(api_get_allocator_with_default_options, void**)(&ort.allocator), why, size);
}

static int open_locked(const char* path, char* why, size_t size) {
  if (opened) {
    if (strcmp(opened, path) == 0) return 0;
    snprintf(why, size, "a process opens one library, and %s is open", opened);
    return 1;
  }
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    snprintf(why, size, "%s", dlerror());
    return 1;
  }
  const api_base* (*get)(void) = (const api_base* (*)(void))dlsym(handle, "OrtGetApiBase");
  if (!get) {
    snprintf(why, size, "it has no function OrtGetApiBase");
    dlclose(handle);
    return 1;
  }
  base = get();
  if (prepare(why, size)) { /* the library stays loaded: it may have started what cannot be unloaded */
    ort = (api_library){0};
    return 1;
  }
  opened = strdup(path);
  return 0;
}

int dunlin_ort_open(const char* path, char* why, size_t size) {
  pthread_mutex_lock(&lock);
  int failed = open_locked(path, why, size);
  pthread_mutex_unlock(&lock);
  return failed;
}

const char* dunlin_ort_version(void) { return base->get_version_string(); }

int dunlin_ort_tells(void) { return ort.level >= 24; }

int dunlin_ort_providers(char* text, size_t size, char* why) {
  char** names = NULL;
  int count = 0;
  if (api_failed(CALL(api_get_available_providers, char***, int*)(&names, &count), why, dunlin_why)) return 1;
  size_t used = 0;
  text[0] = 0;
  for (int i = 0; i < count && used < size; i++) used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "," : "", names[i]);
  return api_failed(CALL(api_release_available_providers, char**, int)(names, count), why, dunlin_why);
}
