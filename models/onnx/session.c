#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "ort.h"

#define TRY(call) \
  if (api_failed((call), why, dunlin_why)) return 1

static int set_entry(void* options, const char* key, const char* value, char* why) {
  return api_failed(CALL(api_add_session_config_entry, void*, const char*, const char*)(options, key, value), why, dunlin_why);
}

/* CUDA and TensorRT have options objects of their own; the rest goes by name. */
static int add_owned(void* options, int create, int append, int release, char* why) {
  void* own = NULL;
  TRY(CALL(create, void**)(&own));
  int failed = api_failed(CALL(append, void*, void*)(options, own), why, dunlin_why);
  RELEASE(release, own);
  return failed;
}

static int add_provider(void* options, const char* name, char* why) {
  if (strcmp(name, "CUDA") == 0) return add_owned(options, api_create_cuda_options, api_append_cuda_v2, api_release_cuda_options, why);
  if (strcmp(name, "TensorRT") == 0) return add_owned(options, api_create_tensorrt_options, api_append_tensorrt_v2, api_release_tensorrt_options, why);
  return api_failed(CALL(api_append_execution_provider, void*, const char*, const char* const*, const char* const*, size_t)(options, name, NULL, NULL, 0), why, dunlin_why);
}

static int configure(void* options, const dunlin_ort_options* o, char* why) {
  const int none = 0, all = 99; /* ORT_DISABLE_ALL, ORT_ENABLE_ALL */
  TRY(CALL(api_set_intra_op_num_threads, void*, int)(options, o->threads));
  TRY(CALL(api_set_inter_op_num_threads, void*, int)(options, 1));
  TRY(CALL(api_set_session_graph_optimization_level, void*, int)(options, o->plain ? none : all));
  /* A spinning worker takes a core away from everything else on a small machine. */
  if (set_entry(options, "session.intra_op.allow_spinning", "0", why) || set_entry(options, "session.inter_op.allow_spinning", "0", why)) return 1;
  if (dunlin_ort_tells() && set_entry(options, "session.record_ep_graph_assignment_info", "1", why)) return 1;
  if (o->whole && set_entry(options, "session.disable_cpu_ep_fallback", "1", why)) return 1;
  for (int i = 0; i < o->open_dim_count; i++) TRY(CALL(api_add_free_dimension_override_by_name, void*, const char*, int64_t)(options, o->open_dims[i], 1));
  for (int i = 0; i < o->provider_count; i++)
    if (add_provider(options, o->providers[i], why)) return 1;
  return 0;
}

static int take_name(dunlin_session* s, size_t i, char* why) {
  char* text = NULL;
  if (i < s->input_count) {
    TRY(CALL(api_session_get_input_name, void*, size_t, void*, char**)(s->session, i, ort.allocator, &text));
  } else {
    TRY(CALL(api_session_get_output_name, void*, size_t, void*, char**)(s->session, i - s->input_count, ort.allocator, &text));
  }
  s->names[i] = strdup(text);
  TRY(CALL(api_allocator_free, void*, void*)(ort.allocator, text));
  if (s->names[i]) return 0;
  snprintf(why, dunlin_why, "no memory for a name");
  return 1;
}

static int describe(dunlin_session* s, char* why) {
  TRY(CALL(api_session_get_input_count, void*, size_t*)(s->session, &s->input_count));
  TRY(CALL(api_session_get_output_count, void*, size_t*)(s->session, &s->output_count));
  size_t all = s->input_count + s->output_count;
  s->names = calloc(all + 1, sizeof *s->names);
  s->values = calloc(all + 1, sizeof *s->values);
  s->memory = calloc(all + 1, sizeof *s->memory);
  if (!s->names || !s->values || !s->memory) {
    snprintf(why, dunlin_why, "no memory for %zu tensors", all);
    return 1;
  }
  for (size_t i = 0; i < all; i++)
    if (take_name(s, i, why)) return 1;
  TRY(CALL(api_create_run_options, void**)(&s->run));
  return 0;
}

static int build(dunlin_session* s, const void* model, size_t size, const dunlin_ort_options* o, char* why) {
  void* options = NULL;
  TRY(CALL(api_create_session_options, void**)(&options));
  int failed = configure(options, o, why) ||
               api_failed(CALL(api_create_session_from_array, void*, const void*, size_t, void*, void**)(ort.env, model, size, options, &s->session), why, dunlin_why);
  RELEASE(api_release_session_options, options);
  return failed || describe(s, why);
}

dunlin_session* dunlin_session_new(const void* model, size_t size, const dunlin_ort_options* o, char* why) {
  dunlin_session* s = calloc(1, sizeof *s);
  if (!s) {
    snprintf(why, dunlin_why, "no memory for a session");
    return NULL;
  }
  api_log_clear();
  if (!build(s, model, size, o, why)) return s;
  api_log_append(why, dunlin_why);
  dunlin_session_free(s);
  return NULL;
}

void dunlin_session_free(dunlin_session* s) {
  for (size_t i = 0; s->names && s->values && s->memory && i < s->input_count + s->output_count; i++) {
    if (s->values[i]) RELEASE(api_release_value, s->values[i]);
    free(s->memory[i]);
    free(s->names[i]);
  }
  free(s->names);
  free(s->values);
  free(s->memory);
  if (s->run) RELEASE(api_release_run_options, s->run);
  if (s->session) RELEASE(api_release_session, s->session);
  free(s);
}

int dunlin_session_parts(dunlin_session* s, size_t* count) {
  char* why = s->why;
  const void* const* parts = NULL;
  TRY(CALL(api_session_get_ep_graph_assignment_info, void*, const void* const**, size_t*)(s->session, &parts, count));
  return 0;
}

int dunlin_session_part(dunlin_session* s, size_t part, const char** provider, size_t* nodes) {
  char* why = s->why;
  const void* const* parts = NULL;
  const void* const* list = NULL;
  size_t count = 0;
  TRY(CALL(api_session_get_ep_graph_assignment_info, void*, const void* const**, size_t*)(s->session, &parts, &count));
  if (part >= count) {
    snprintf(why, dunlin_why, "the library lists %zu parts", count);
    return 1;
  }
  TRY(CALL(api_ep_assigned_subgraph_get_ep_name, const void*, const char**)(parts[part], provider));
  TRY(CALL(api_ep_assigned_subgraph_get_nodes, const void*, const void* const**, size_t*)(parts[part], &list, nodes));
  return 0;
}
