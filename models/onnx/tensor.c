#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "ort.h"

#define TRY(call) \
  if (api_failed((call), why, dunlin_why)) return 1

enum { tensor_kind = 1, alignment = 64 }; /* ONNX_TYPE_TENSOR; a cache line, and the widest vector register */

/* info is an OrtTensorTypeAndShapeInfo. */
static int read_form(const void* info, dunlin_form* form, char* why) {
  form->kind = tensor_kind;
  TRY(CALL(api_get_tensor_element_type, const void*, int*)(info, &form->type));
  TRY(CALL(api_get_dimensions_count, const void*, size_t*)(info, &form->rank));
  if (form->rank > dunlin_max_rank) {
    snprintf(why, dunlin_why, "%zu dimensions: more than %d", form->rank, dunlin_max_rank);
    return 1;
  }
  TRY(CALL(api_get_dimensions, const void*, int64_t*, size_t)(info, form->dims, form->rank));
  return 0;
}

static int form_of_type(void* info, dunlin_form* form, char* why) {
  const void* tensor = NULL;
  TRY(CALL(api_get_onnx_type_from_type_info, const void*, int*)(info, &form->kind));
  if (form->kind != tensor_kind) return 0;
  TRY(CALL(api_cast_type_info_to_tensor_info, const void*, const void**)(info, &tensor));
  return read_form(tensor, form, why);
}

int dunlin_session_form(dunlin_session* s, size_t i, dunlin_form* form) {
  char* why = s->why;
  void* info = NULL;
  if (i < s->input_count) {
    TRY(CALL(api_session_get_input_type_info, void*, size_t, void**)(s->session, i, &info));
  } else {
    TRY(CALL(api_session_get_output_type_info, void*, size_t, void**)(s->session, i - s->input_count, &info));
  }
  int failed = form_of_type(info, form, why);
  RELEASE(api_release_type_info, info);
  return failed;
}

int dunlin_session_bind(dunlin_session* s, size_t i, const dunlin_form* form, size_t size) {
  char* why = s->why;
  size_t room = (size + alignment - 1) / alignment * alignment;
  s->memory[i] = aligned_alloc(alignment, room);
  if (!s->memory[i]) {
    snprintf(why, dunlin_why, "no memory for %zu bytes", room);
    return 1;
  }
  memset(s->memory[i], 0, room);
  TRY(CALL(api_create_tensor_with_data_as_ort_value, void*, void*, size_t, const int64_t*, size_t, int, void**)(
      ort.cpu, s->memory[i], size, form->dims, form->rank, form->type, &s->values[i]));
  return 0;
}

static int run_into(dunlin_session* s, void** outputs) {
  char* why = s->why;
  TRY(CALL(api_run, void*, void*, char* const*, void* const*, size_t, char* const*, size_t, void**)(
      s->session, s->run, s->names, s->values, s->input_count, s->names + s->input_count, s->output_count, outputs));
  return 0;
}

int dunlin_session_run(dunlin_session* s) { return run_into(s, s->values + s->input_count); }

static int form_of_value(void* value, dunlin_form* form, char* why) {
  int tensor = 0;
  void* info = NULL;
  *form = (dunlin_form){0};
  TRY(CALL(api_is_tensor, const void*, int*)(value, &tensor));
  if (!tensor) return 0;
  TRY(CALL(api_get_tensor_type_and_shape, const void*, void**)(value, &info));
  int failed = read_form(info, form, why);
  RELEASE(api_release_tensor_type_and_shape_info, info);
  return failed;
}

int dunlin_session_probe(dunlin_session* s, dunlin_form* forms) {
  void** outputs = calloc(s->output_count + 1, sizeof *outputs);
  if (!outputs) {
    snprintf(s->why, dunlin_why, "no memory for %zu outputs", s->output_count);
    return 1;
  }
  int failed = run_into(s, outputs);
  for (size_t i = 0; i < s->output_count; i++) {
    if (!outputs[i]) continue;
    if (!failed) failed = form_of_value(outputs[i], &forms[i], s->why);
    RELEASE(api_release_value, outputs[i]);
  }
  free(outputs);
  return failed;
}

int dunlin_session_cancel(dunlin_session* s) {
  char why[dunlin_why];
  return api_failed(CALL(api_run_options_set_terminate, void*)(s->run), why, sizeof why);
}

int dunlin_session_resume(dunlin_session* s) {
  char* why = s->why;
  TRY(CALL(api_run_options_unset_terminate, void*)(s->run));
  return 0;
}
