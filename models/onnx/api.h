/* ONNX Runtime's C interface is a struct of function pointers that only ever grows at its end: a function is its
   place in it. The places here are those of onnxruntime_c_api.h; the first version of the interface that has the
   function stands behind those that are younger than the oldest supported one. */
#ifndef DUNLIN_ONNX_API_H
#define DUNLIN_ONNX_API_H

#include <stddef.h>
#include <stdint.h>

enum {
  api_oldest = 16,
  api_newest = 24,

  api_get_error_message = 2,
  api_create_env_with_custom_logger = 4,
  api_disable_telemetry_events = 6,
  api_create_session_from_array = 8,
  api_run = 9,
  api_create_session_options = 10,
  api_set_session_graph_optimization_level = 23,
  api_set_intra_op_num_threads = 24,
  api_set_inter_op_num_threads = 25,
  api_session_get_input_count = 30,
  api_session_get_output_count = 31,
  api_session_get_input_type_info = 33,
  api_session_get_output_type_info = 34,
  api_session_get_input_name = 36,
  api_session_get_output_name = 37,
  api_create_run_options = 39,
  api_run_options_set_terminate = 46,
  api_run_options_unset_terminate = 47,
  api_create_tensor_with_data_as_ort_value = 49,
  api_is_tensor = 50,
  api_cast_type_info_to_tensor_info = 55,
  api_get_onnx_type_from_type_info = 56,
  api_get_tensor_element_type = 60,
  api_get_dimensions_count = 61,
  api_get_dimensions = 62,
  api_get_tensor_type_and_shape = 65,
  api_create_cpu_memory_info = 69,
  api_allocator_free = 76,
  api_get_allocator_with_default_options = 78,
  api_release_status = 93,
  api_release_session = 95,
  api_release_value = 96,
  api_release_run_options = 97,
  api_release_type_info = 98,
  api_release_tensor_type_and_shape_info = 99,
  api_release_session_options = 100,
  api_add_free_dimension_override_by_name = 124,
  api_get_available_providers = 125,
  api_release_available_providers = 126,
  api_add_session_config_entry = 130,
  api_append_tensorrt_v2 = 170,
  api_create_tensorrt_options = 171,
  api_release_tensorrt_options = 174,
  api_append_cuda_v2 = 204,
  api_create_cuda_options = 205,
  api_release_cuda_options = 208,
  api_append_execution_provider = 216,
  api_session_get_ep_graph_assignment_info = 407, /* 24 */
  api_ep_assigned_subgraph_get_ep_name = 408,     /* 24 */
  api_ep_assigned_subgraph_get_nodes = 409,       /* 24 */
};

typedef struct {
  const void* const* (*get_api)(uint32_t version);
  const char* (*get_version_string)(void);
} api_base;

/* Most functions return a status, NULL for success. */
typedef void* status;

/* What the open library gives: its functions, its environment, the description of plain memory. */
typedef struct {
  const void* const* functions;
  void* env;
  void* cpu;       /* OrtMemoryInfo */
  void* allocator; /* the default one, for names */
  uint32_t level;  /* of the interface */
} api_library;
extern api_library ort;

/* CALL(place, argument types)(arguments) calls a function that returns a status. */
#define CALL(place, ...) ((status(*)(__VA_ARGS__))ort.functions[place])
#define RELEASE(place, object) ((void (*)(void*))ort.functions[place])(object)

/* Turns a status into text and frees it: 0 for success, else 1 with its words in why. */
int api_failed(status st, char* why, size_t size);

/* Forgets, or adds to why, what the library last logged on this thread. */
void api_log_clear(void);
void api_log_append(char* why, size_t size);

#endif
