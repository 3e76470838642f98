/* A delegate plug-in for tests: it runs the operators that it claims with the kernels that they had, and fails where
   and how its options say.

     mode   ok         claims all operators, true answers
            fast       the same, and remembers the answer to each input: faster than any kernel
            partial    claims the first half
            none       claims nothing
            custom     claims the operators that the library does not know, as those of a model that was compiled for an
                       accelerator; each copies its first input to its first output
            wrong      true answers, changed
            slow       waits "us" microseconds before each answer
            fail       fails                        \
            abort, segfault, illegal, hang, exit     > in the step of "at"
            devour     takes memory until there is none, or 2 GiB, and fails
     at     create, prepare, kernel, invoke (the usual one)
     us     microseconds, 20000 when not given */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tensorflow/lite/c/common.h>

typedef TfLiteStatus (*find_node)(TfLiteContext*, int, TfLiteNode**, TfLiteRegistration**);

typedef struct {
  TfLiteDelegate delegate; /* first: TfLite hands back a pointer to it */
  char mode[16], at[16];
  int us;
  find_node find; /* inside kernels the context refuses this call; the function itself still works */
} plugin;

typedef struct {
  plugin* from;
  int* nodes;
  int count;
  TfLiteIntArray *inputs, *outputs;
  char* scratch[512]; /* memory of the inner operators' temporaries, which the library does not plan */
  int scratches, ran;
  char* memory; /* of mode fast: records of all inputs, then all outputs */
  size_t record, in_bytes, records;
} kernel;

static int is(const plugin* p, const char* mode) { return !strcmp(p->mode, mode); }

/* Fails when the options name this step. */
static TfLiteStatus step(const plugin* p, TfLiteContext* c, const char* at) {
  if (strcmp(p->at, at)) return kTfLiteOk;
  if (is(p, "fail")) {
    if (c) c->ReportError(c, "fault: refused in %s, code %d", at, 7);
    return kTfLiteError;
  }
  if (is(p, "abort")) abort();
  if (is(p, "segfault")) raise(SIGSEGV);
  if (is(p, "illegal")) __builtin_trap();
  if (is(p, "exit")) _exit(0);
  if (is(p, "hang"))
    for (;;) pause();
  if (is(p, "devour")) {
    int n = 0;
    for (char* m; n < 2048 && (m = malloc(1 << 20)); n++) memset(m, 1, 1 << 20);
    if (c) c->ReportError(c, "fault: %s after %d MiB", n < 2048 ? "no more memory" : "enough", n);
    return kTfLiteError;
  }
  return kTfLiteOk;
}

static TfLiteIntArray* copy_of(const TfLiteIntArray* a) {
  TfLiteIntArray* b = malloc(sizeof(int) * (size_t)(a->size + 1));
  memcpy(b, a, sizeof(int) * (size_t)(a->size + 1));
  return b;
}

static void* kernel_init(TfLiteContext* c, const char* buffer, size_t length) {
  const TfLiteDelegateParams* params = (const TfLiteDelegateParams*)buffer;
  kernel* k = calloc(1, sizeof *k);
  (void)c, (void)length;
  k->from = (plugin*)params->delegate;
  k->count = params->nodes_to_replace->size;
  k->nodes = malloc(sizeof(int) * (size_t)k->count);
  memcpy(k->nodes, params->nodes_to_replace->data, sizeof(int) * (size_t)k->count);
  k->inputs = copy_of(params->input_tensors);
  k->outputs = copy_of(params->output_tensors);
  return k;
}

static void kernel_free(TfLiteContext* c, void* data) {
  kernel* k = data;
  (void)c;
  while (k->scratches) free(k->scratch[--k->scratches]);
  free(k->nodes), free(k->inputs), free(k->outputs), free(k->memory), free(k);
}

static int holds(const TfLiteIntArray* a, int tensor) {
  for (int i = 0; i < a->size; i++)
    if (a->data[i] == tensor) return 1;
  return 0;
}

/* Prepares the inner operators. Tensors between them would get no memory, so they become temporaries of the kernel. */
static TfLiteStatus kernel_prepare(TfLiteContext* c, TfLiteNode* self) {
  kernel* k = self->user_data;
  int inner[4096], n = 0;
  if (step(k->from, c, "kernel") != kTfLiteOk) return kTfLiteError;
  if (is(k->from, "custom")) return kTfLiteOk;
  for (int i = 0; i < k->count; i++) {
    TfLiteNode* node;
    TfLiteRegistration* r;
    if (k->from->find(c, k->nodes[i], &node, &r) != kTfLiteOk) return kTfLiteError;
    if (r->prepare && r->prepare(c, node) != kTfLiteOk) return kTfLiteError;
    for (int j = 0; j < node->outputs->size; j++)
      if (!holds(k->outputs, node->outputs->data[j]) && n < 4096) inner[n++] = node->outputs->data[j];
  }
  free(self->temporaries);
  self->temporaries = malloc(sizeof(int) * (size_t)(n + 1));
  self->temporaries->size = n;
  memcpy(self->temporaries->data, inner, sizeof(int) * (size_t)n);
  return kTfLiteOk;
}

/* Gives the temporaries of an inner operator memory before its first run. */
static TfLiteStatus provide(TfLiteContext* c, kernel* k, TfLiteNode* node, TfLiteRegistration* r) {
  if (!node->temporaries || !node->temporaries->size) return kTfLiteOk;
  if (r->prepare(c, node) != kTfLiteOk) return kTfLiteError; /* tells their sizes again */
  for (int i = 0; i < node->temporaries->size; i++) {
    TfLiteTensor* t = &c->tensors[node->temporaries->data[i]];
    if (t->allocation_type == kTfLiteDynamic || k->scratches == 512) continue;
    k->scratch[k->scratches++] = t->data.raw = calloc(1, t->bytes + 64);
  }
  return kTfLiteOk;
}

static TfLiteStatus run(TfLiteContext* c, kernel* k) {
  int first = !k->ran;
  k->ran = 1;
  for (int i = 0; i < k->count; i++) {
    TfLiteNode* node;
    TfLiteRegistration* r;
    if (k->from->find(c, k->nodes[i], &node, &r) != kTfLiteOk) return kTfLiteError;
    if (first && provide(c, k, node, r) != kTfLiteOk) return kTfLiteError;
    if (r->invoke(c, node) != kTfLiteOk) return kTfLiteError;
  }
  return kTfLiteOk;
}

/* Copies tensors' bytes to a record or back; returns how many there are. */
static size_t move(TfLiteContext* c, const TfLiteIntArray* list, char* record, int back) {
  size_t at = 0;
  for (int i = 0; i < list->size; i++) {
    TfLiteTensor* t = &c->tensors[list->data[i]];
    if (t->allocation_type == kTfLiteMmapRo) continue;
    if (record && back) memcpy(t->data.raw, record + at, t->bytes);
    else if (record) memcpy(record + at, t->data.raw, t->bytes);
    at += t->bytes;
  }
  return at;
}

static TfLiteStatus run_fast(TfLiteContext* c, kernel* k) {
  k->in_bytes = move(c, k->inputs, NULL, 0);
  k->record = k->in_bytes + move(c, k->outputs, NULL, 0);
  k->memory = realloc(k->memory, (k->records + 1) * k->record);
  char* fresh = k->memory + k->records * k->record;
  move(c, k->inputs, fresh, 0);
  for (size_t i = k->records; i-- > 0;) /* the latest first */
    if (!memcmp(k->memory + i * k->record, fresh, k->in_bytes)) {
      move(c, k->outputs, k->memory + i * k->record + k->in_bytes, 1);
      return kTfLiteOk;
    }
  if (run(c, k) != kTfLiteOk) return kTfLiteError;
  move(c, k->outputs, fresh + k->in_bytes, 0);
  if (k->records < 1024) k->records++;
  return kTfLiteOk;
}

/* Copies the first input of the first inner operator to the last operator's first output. */
static TfLiteStatus run_custom(TfLiteContext* c, kernel* k) {
  TfLiteTensor* from = &c->tensors[k->inputs->data[0]];
  TfLiteTensor* to = &c->tensors[k->outputs->data[0]];
  memcpy(to->data.raw, from->data.raw, from->bytes < to->bytes ? from->bytes : to->bytes);
  return kTfLiteOk;
}

static TfLiteStatus kernel_invoke(TfLiteContext* c, TfLiteNode* self) {
  kernel* k = self->user_data;
  if (step(k->from, c, "invoke") != kTfLiteOk) return kTfLiteError;
  if (is(k->from, "slow")) usleep((useconds_t)k->from->us);
  if (is(k->from, "fast")) return run_fast(c, k);
  if (is(k->from, "custom")) return run_custom(c, k);
  if (run(c, k) != kTfLiteOk) return kTfLiteError;
  if (is(k->from, "wrong")) {
    TfLiteTensor* t = &c->tensors[k->outputs->data[0]];
    for (size_t i = 0; i < t->bytes; i++) t->data.raw[i] = (char)(t->data.raw[i] ^ 0x55);
  }
  return kTfLiteOk;
}

static TfLiteStatus prepare(TfLiteContext* c, TfLiteDelegate* d) {
  plugin* p = (plugin*)d;
  TfLiteIntArray* plan;
  if (step(p, c, "prepare") != kTfLiteOk) return kTfLiteError;
  if (c->GetExecutionPlan(c, &plan) != kTfLiteOk) return kTfLiteError;
  TfLiteIntArray* claim = copy_of(plan);
  if (is(p, "none")) claim->size = 0;
  if (is(p, "partial")) claim->size = (claim->size + 1) / 2;
  p->find = c->GetNodeAndRegistration;
  if (is(p, "custom")) {
    int n = 0;
    for (int i = 0; i < claim->size; i++) {
      TfLiteNode* node;
      TfLiteRegistration* r;
      if (p->find(c, claim->data[i], &node, &r) != kTfLiteOk) return kTfLiteError;
      if (r->builtin_code == 32) claim->data[n++] = claim->data[i]; /* kTfLiteBuiltinCustom */
    }
    claim->size = n;
  }
  TfLiteRegistration k;
  memset(&k, 0, sizeof k);
  k.init = kernel_init, k.free = kernel_free, k.prepare = kernel_prepare, k.invoke = kernel_invoke;
  k.custom_name = "FaultDelegate", k.version = 1;
  TfLiteStatus s = claim->size ? c->ReplaceNodeSubsetsWithDelegateKernels(c, k, claim, d) : kTfLiteOk;
  free(claim);
  return s;
}

__attribute__((visibility("default"))) TfLiteDelegate* tflite_plugin_create_delegate(char** keys, char** values, size_t n,
                                                                                    void (*report)(const char*)) {
  plugin* p = calloc(1, sizeof *p);
  p->us = 20000;
  strcpy(p->mode, "ok");
  strcpy(p->at, "invoke");
  for (size_t i = 0; i < n; i++) {
    if (!strcmp(keys[i], "mode")) snprintf(p->mode, sizeof p->mode, "%s", values[i]);
    else if (!strcmp(keys[i], "at")) snprintf(p->at, sizeof p->at, "%s", values[i]);
    else if (!strcmp(keys[i], "us")) p->us = atoi(values[i]);
    else {
      char text[128];
      snprintf(text, sizeof text, "fault: no option %s", keys[i]);
      report(text);
      free(p);
      return NULL;
    }
  }
  if (step(p, NULL, "create") != kTfLiteOk) {
    report("fault: no device /dev/fault0");
    free(p);
    return NULL;
  }
  p->delegate.Prepare = prepare;
  /* With this flag the library does not prepare the operators that it does not know before they are claimed. */
  p->delegate.flags = is(p, "custom") ? kTfLiteDelegateFlagsAllowDynamicTensors : kTfLiteDelegateFlagsNone;
  return &p->delegate;
}

__attribute__((visibility("default"))) void tflite_plugin_destroy_delegate(TfLiteDelegate* d) { free(d); }

/* Loading alone can crash a process. Options are not there yet, so the environment says it. */
__attribute__((constructor)) static void load(void) {
  const char* what = getenv("FAULT_AT_LOAD");
  if (what && !strcmp(what, "illegal")) __builtin_trap();
  if (what && !strcmp(what, "hang"))
    for (;;) pause();
}
