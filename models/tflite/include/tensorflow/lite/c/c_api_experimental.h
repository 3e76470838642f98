/* Our own declarations of the experimental TensorFlow Lite C functions that the Go binding names
   (tensorflow/lite/c/c_api_experimental.h, Apache-2.0). Dunlin itself calls none of them. */
#ifndef DUNLIN_TFLITE_C_API_EXPERIMENTAL_H
#define DUNLIN_TFLITE_C_API_EXPERIMENTAL_H

#include <tensorflow/lite/c/c_api.h>

typedef int TfLiteBuiltinOperator;

TfLiteStatus TfLiteInterpreterResetVariableTensors(TfLiteInterpreter* interpreter);
void TfLiteInterpreterOptionsAddBuiltinOp(TfLiteInterpreterOptions* options, TfLiteBuiltinOperator op,
                                          const TfLiteRegistration* registration, int32_t min_version,
                                          int32_t max_version);
void TfLiteInterpreterOptionsAddCustomOp(TfLiteInterpreterOptions* options, const char* name,
                                         const TfLiteRegistration* registration, int32_t min_version,
                                         int32_t max_version);
void TfLiteInterpreterOptionsSetUseNNAPI(TfLiteInterpreterOptions* options, bool enable);
void TfLiteInterpreterOptionsSetEnableDelegateFallback(TfLiteInterpreterOptions* options, bool enable);
int32_t TfLiteInterpreterGetInputTensorIndex(const TfLiteInterpreter* interpreter, int32_t input_index);
int32_t TfLiteInterpreterGetOutputTensorIndex(const TfLiteInterpreter* interpreter, int32_t output_index);
int32_t TfLiteInterpreterGetVariableTensorCount(const TfLiteInterpreter* interpreter);
TfLiteTensor* TfLiteInterpreterGetVariableTensor(const TfLiteInterpreter* interpreter, int32_t index);
TfLiteStatus TfLiteInterpreterModifyGraphWithDelegate(const TfLiteInterpreter* interpreter,
                                                      TfLiteDelegate* delegate);
TfLiteStatus TfLiteInterpreterEnsureTensorDataIsReadable(TfLiteInterpreter* interpreter, int tensor_index);

#endif
