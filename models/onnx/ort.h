/* What the Go side of models/onnx calls in C, and the little of ONNX Runtime's C interface that it needs. */
#ifndef DUNLIN_ONNX_H
#define DUNLIN_ONNX_H

#include <stddef.h>
#include <stdint.h>

enum { dunlin_max_rank = 8, dunlin_why = 512 };

/* Opens the library at path for the life of the process. Returns 0, or 1 with one clause in why. A path that is open
   already is no error; a second path is. */
int dunlin_ort_open(const char* path, char* why, size_t size);

/* The open library's own version, "1.30.0". */
const char* dunlin_ort_version(void);

/* Whether the open library tells which provider runs a node (from 1.24 on). */
int dunlin_ort_tells(void);

/* The names of the providers in the open library, joined by commas. Returns 0, or 1 with one clause in why. */
int dunlin_ort_providers(char* text, size_t size, char* why);

typedef struct {
  int threads;
  int plain;                /* no graph optimisation */
  int whole;                /* fail rather than leave a node to the CPU */
  const char** providers;   /* ONNX Runtime's names, best first */
  int provider_count;
  const char** open_dims;   /* names of open dimensions that become 1 */
  int open_dim_count;
} dunlin_ort_options;

typedef struct dunlin_session {
  void* session; /* OrtSession */
  void* run;     /* OrtRunOptions */
  size_t input_count, output_count;
  char** names;   /* inputs, then outputs */
  void** values;  /* OrtValue of each; NULL until bound */
  void** memory;  /* what the values view */
  char why[dunlin_why]; /* the last failure */
} dunlin_session;

/* A tensor's form as the library gives it. */
typedef struct {
  int kind; /* ONNXType: 1 is a tensor */
  int type; /* ONNXTensorElementDataType */
  size_t rank;
  int64_t dims[dunlin_max_rank]; /* -1 for an open one */
} dunlin_form;

/* Builds a session; the model's bytes are not used after it returns. NULL with one clause in why. */
dunlin_session* dunlin_session_new(const void* model, size_t size, const dunlin_ort_options* options, char* why);
void dunlin_session_free(dunlin_session* s);

/* The form of tensor i; outputs follow the inputs. These return 0, or 1 with one clause in s->why. */
int dunlin_session_form(dunlin_session* s, size_t i, dunlin_form* form);
/* Gives tensor i zeroed memory of size bytes for its fixed form. */
int dunlin_session_bind(dunlin_session* s, size_t i, const dunlin_form* form, size_t size);
/* Runs with the bound inputs and lets the library make the outputs; forms has one entry for each output. */
int dunlin_session_probe(dunlin_session* s, dunlin_form* forms);
/* Runs once, from the bound inputs into the bound outputs. */
int dunlin_session_run(dunlin_session* s);
/* Ends the run that another thread is in, until dunlin_session_resume. */
int dunlin_session_cancel(dunlin_session* s);
int dunlin_session_resume(dunlin_session* s);

/* How many nodes provider p runs, in how many parts. part counts from 0 to the number that the first call gives. */
int dunlin_session_parts(dunlin_session* s, size_t* count);
int dunlin_session_part(dunlin_session* s, size_t part, const char** provider, size_t* nodes);

#endif
