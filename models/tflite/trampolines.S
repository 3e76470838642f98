/* Written by cross/trampolines from symbols.txt; do not edit. */
.text
.globl TfLiteExtensionApisVersion
.type TfLiteExtensionApisVersion,%function
TfLiteExtensionApisVersion:
#if defined(__x86_64__)
	jmp *dunlin_table+0(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+0
	ldr x16, [x16, :lo12:dunlin_table+0]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteExtensionApisVersion, .-TfLiteExtensionApisVersion
.globl TfLiteInterpreterAllocateTensors
.type TfLiteInterpreterAllocateTensors,%function
TfLiteInterpreterAllocateTensors:
#if defined(__x86_64__)
	jmp *dunlin_table+8(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+8
	ldr x16, [x16, :lo12:dunlin_table+8]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterAllocateTensors, .-TfLiteInterpreterAllocateTensors
.globl TfLiteInterpreterCancel
.type TfLiteInterpreterCancel,%function
TfLiteInterpreterCancel:
#if defined(__x86_64__)
	jmp *dunlin_table+16(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+16
	ldr x16, [x16, :lo12:dunlin_table+16]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterCancel, .-TfLiteInterpreterCancel
.globl TfLiteInterpreterCreate
.type TfLiteInterpreterCreate,%function
TfLiteInterpreterCreate:
#if defined(__x86_64__)
	jmp *dunlin_table+24(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+24
	ldr x16, [x16, :lo12:dunlin_table+24]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterCreate, .-TfLiteInterpreterCreate
.globl TfLiteInterpreterDelete
.type TfLiteInterpreterDelete,%function
TfLiteInterpreterDelete:
#if defined(__x86_64__)
	jmp *dunlin_table+32(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+32
	ldr x16, [x16, :lo12:dunlin_table+32]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterDelete, .-TfLiteInterpreterDelete
.globl TfLiteInterpreterEnsureTensorDataIsReadable
.type TfLiteInterpreterEnsureTensorDataIsReadable,%function
TfLiteInterpreterEnsureTensorDataIsReadable:
#if defined(__x86_64__)
	jmp *dunlin_table+40(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+40
	ldr x16, [x16, :lo12:dunlin_table+40]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterEnsureTensorDataIsReadable, .-TfLiteInterpreterEnsureTensorDataIsReadable
.globl TfLiteInterpreterGetInputTensor
.type TfLiteInterpreterGetInputTensor,%function
TfLiteInterpreterGetInputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+48(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+48
	ldr x16, [x16, :lo12:dunlin_table+48]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetInputTensor, .-TfLiteInterpreterGetInputTensor
.globl TfLiteInterpreterGetInputTensorCount
.type TfLiteInterpreterGetInputTensorCount,%function
TfLiteInterpreterGetInputTensorCount:
#if defined(__x86_64__)
	jmp *dunlin_table+56(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+56
	ldr x16, [x16, :lo12:dunlin_table+56]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetInputTensorCount, .-TfLiteInterpreterGetInputTensorCount
.globl TfLiteInterpreterGetInputTensorIndex
.type TfLiteInterpreterGetInputTensorIndex,%function
TfLiteInterpreterGetInputTensorIndex:
#if defined(__x86_64__)
	jmp *dunlin_table+64(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+64
	ldr x16, [x16, :lo12:dunlin_table+64]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetInputTensorIndex, .-TfLiteInterpreterGetInputTensorIndex
.globl TfLiteInterpreterGetOutputTensor
.type TfLiteInterpreterGetOutputTensor,%function
TfLiteInterpreterGetOutputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+72(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+72
	ldr x16, [x16, :lo12:dunlin_table+72]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetOutputTensor, .-TfLiteInterpreterGetOutputTensor
.globl TfLiteInterpreterGetOutputTensorCount
.type TfLiteInterpreterGetOutputTensorCount,%function
TfLiteInterpreterGetOutputTensorCount:
#if defined(__x86_64__)
	jmp *dunlin_table+80(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+80
	ldr x16, [x16, :lo12:dunlin_table+80]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetOutputTensorCount, .-TfLiteInterpreterGetOutputTensorCount
.globl TfLiteInterpreterGetOutputTensorIndex
.type TfLiteInterpreterGetOutputTensorIndex,%function
TfLiteInterpreterGetOutputTensorIndex:
#if defined(__x86_64__)
	jmp *dunlin_table+88(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+88
	ldr x16, [x16, :lo12:dunlin_table+88]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetOutputTensorIndex, .-TfLiteInterpreterGetOutputTensorIndex
.globl TfLiteInterpreterGetSignatureCount
.type TfLiteInterpreterGetSignatureCount,%function
TfLiteInterpreterGetSignatureCount:
#if defined(__x86_64__)
	jmp *dunlin_table+96(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+96
	ldr x16, [x16, :lo12:dunlin_table+96]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetSignatureCount, .-TfLiteInterpreterGetSignatureCount
.globl TfLiteInterpreterGetSignatureKey
.type TfLiteInterpreterGetSignatureKey,%function
TfLiteInterpreterGetSignatureKey:
#if defined(__x86_64__)
	jmp *dunlin_table+104(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+104
	ldr x16, [x16, :lo12:dunlin_table+104]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetSignatureKey, .-TfLiteInterpreterGetSignatureKey
.globl TfLiteInterpreterGetSignatureRunner
.type TfLiteInterpreterGetSignatureRunner,%function
TfLiteInterpreterGetSignatureRunner:
#if defined(__x86_64__)
	jmp *dunlin_table+112(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+112
	ldr x16, [x16, :lo12:dunlin_table+112]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetSignatureRunner, .-TfLiteInterpreterGetSignatureRunner
.globl TfLiteInterpreterGetTensor
.type TfLiteInterpreterGetTensor,%function
TfLiteInterpreterGetTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+120(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+120
	ldr x16, [x16, :lo12:dunlin_table+120]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetTensor, .-TfLiteInterpreterGetTensor
.globl TfLiteInterpreterGetVariableTensor
.type TfLiteInterpreterGetVariableTensor,%function
TfLiteInterpreterGetVariableTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+128(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+128
	ldr x16, [x16, :lo12:dunlin_table+128]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetVariableTensor, .-TfLiteInterpreterGetVariableTensor
.globl TfLiteInterpreterGetVariableTensorCount
.type TfLiteInterpreterGetVariableTensorCount,%function
TfLiteInterpreterGetVariableTensorCount:
#if defined(__x86_64__)
	jmp *dunlin_table+136(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+136
	ldr x16, [x16, :lo12:dunlin_table+136]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetVariableTensorCount, .-TfLiteInterpreterGetVariableTensorCount
.globl TfLiteInterpreterInputTensorIndices
.type TfLiteInterpreterInputTensorIndices,%function
TfLiteInterpreterInputTensorIndices:
#if defined(__x86_64__)
	jmp *dunlin_table+144(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+144
	ldr x16, [x16, :lo12:dunlin_table+144]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterInputTensorIndices, .-TfLiteInterpreterInputTensorIndices
.globl TfLiteInterpreterInvoke
.type TfLiteInterpreterInvoke,%function
TfLiteInterpreterInvoke:
#if defined(__x86_64__)
	jmp *dunlin_table+152(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+152
	ldr x16, [x16, :lo12:dunlin_table+152]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterInvoke, .-TfLiteInterpreterInvoke
.globl TfLiteInterpreterModifyGraphWithDelegate
.type TfLiteInterpreterModifyGraphWithDelegate,%function
TfLiteInterpreterModifyGraphWithDelegate:
#if defined(__x86_64__)
	jmp *dunlin_table+160(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+160
	ldr x16, [x16, :lo12:dunlin_table+160]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterModifyGraphWithDelegate, .-TfLiteInterpreterModifyGraphWithDelegate
.globl TfLiteInterpreterOptionsAddBuiltinOp
.type TfLiteInterpreterOptionsAddBuiltinOp,%function
TfLiteInterpreterOptionsAddBuiltinOp:
#if defined(__x86_64__)
	jmp *dunlin_table+168(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+168
	ldr x16, [x16, :lo12:dunlin_table+168]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsAddBuiltinOp, .-TfLiteInterpreterOptionsAddBuiltinOp
.globl TfLiteInterpreterOptionsAddCustomOp
.type TfLiteInterpreterOptionsAddCustomOp,%function
TfLiteInterpreterOptionsAddCustomOp:
#if defined(__x86_64__)
	jmp *dunlin_table+176(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+176
	ldr x16, [x16, :lo12:dunlin_table+176]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsAddCustomOp, .-TfLiteInterpreterOptionsAddCustomOp
.globl TfLiteInterpreterOptionsAddDelegate
.type TfLiteInterpreterOptionsAddDelegate,%function
TfLiteInterpreterOptionsAddDelegate:
#if defined(__x86_64__)
	jmp *dunlin_table+184(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+184
	ldr x16, [x16, :lo12:dunlin_table+184]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsAddDelegate, .-TfLiteInterpreterOptionsAddDelegate
.globl TfLiteInterpreterOptionsCopy
.type TfLiteInterpreterOptionsCopy,%function
TfLiteInterpreterOptionsCopy:
#if defined(__x86_64__)
	jmp *dunlin_table+192(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+192
	ldr x16, [x16, :lo12:dunlin_table+192]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsCopy, .-TfLiteInterpreterOptionsCopy
.globl TfLiteInterpreterOptionsCreate
.type TfLiteInterpreterOptionsCreate,%function
TfLiteInterpreterOptionsCreate:
#if defined(__x86_64__)
	jmp *dunlin_table+200(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+200
	ldr x16, [x16, :lo12:dunlin_table+200]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsCreate, .-TfLiteInterpreterOptionsCreate
.globl TfLiteInterpreterOptionsDelete
.type TfLiteInterpreterOptionsDelete,%function
TfLiteInterpreterOptionsDelete:
#if defined(__x86_64__)
	jmp *dunlin_table+208(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+208
	ldr x16, [x16, :lo12:dunlin_table+208]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsDelete, .-TfLiteInterpreterOptionsDelete
.globl TfLiteInterpreterOptionsEnableCancellation
.type TfLiteInterpreterOptionsEnableCancellation,%function
TfLiteInterpreterOptionsEnableCancellation:
#if defined(__x86_64__)
	jmp *dunlin_table+216(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+216
	ldr x16, [x16, :lo12:dunlin_table+216]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsEnableCancellation, .-TfLiteInterpreterOptionsEnableCancellation
.globl TfLiteInterpreterOptionsSetEnableDelegateFallback
.type TfLiteInterpreterOptionsSetEnableDelegateFallback,%function
TfLiteInterpreterOptionsSetEnableDelegateFallback:
#if defined(__x86_64__)
	jmp *dunlin_table+224(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+224
	ldr x16, [x16, :lo12:dunlin_table+224]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsSetEnableDelegateFallback, .-TfLiteInterpreterOptionsSetEnableDelegateFallback
.globl TfLiteInterpreterOptionsSetErrorReporter
.type TfLiteInterpreterOptionsSetErrorReporter,%function
TfLiteInterpreterOptionsSetErrorReporter:
#if defined(__x86_64__)
	jmp *dunlin_table+232(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+232
	ldr x16, [x16, :lo12:dunlin_table+232]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsSetErrorReporter, .-TfLiteInterpreterOptionsSetErrorReporter
.globl TfLiteInterpreterOptionsSetNumThreads
.type TfLiteInterpreterOptionsSetNumThreads,%function
TfLiteInterpreterOptionsSetNumThreads:
#if defined(__x86_64__)
	jmp *dunlin_table+240(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+240
	ldr x16, [x16, :lo12:dunlin_table+240]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsSetNumThreads, .-TfLiteInterpreterOptionsSetNumThreads
.globl TfLiteInterpreterOptionsSetUseNNAPI
.type TfLiteInterpreterOptionsSetUseNNAPI,%function
TfLiteInterpreterOptionsSetUseNNAPI:
#if defined(__x86_64__)
	jmp *dunlin_table+248(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+248
	ldr x16, [x16, :lo12:dunlin_table+248]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsSetUseNNAPI, .-TfLiteInterpreterOptionsSetUseNNAPI
.globl TfLiteInterpreterOutputTensorIndices
.type TfLiteInterpreterOutputTensorIndices,%function
TfLiteInterpreterOutputTensorIndices:
#if defined(__x86_64__)
	jmp *dunlin_table+256(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+256
	ldr x16, [x16, :lo12:dunlin_table+256]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOutputTensorIndices, .-TfLiteInterpreterOutputTensorIndices
.globl TfLiteInterpreterResetVariableTensors
.type TfLiteInterpreterResetVariableTensors,%function
TfLiteInterpreterResetVariableTensors:
#if defined(__x86_64__)
	jmp *dunlin_table+264(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+264
	ldr x16, [x16, :lo12:dunlin_table+264]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterResetVariableTensors, .-TfLiteInterpreterResetVariableTensors
.globl TfLiteInterpreterResizeInputTensor
.type TfLiteInterpreterResizeInputTensor,%function
TfLiteInterpreterResizeInputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+272(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+272
	ldr x16, [x16, :lo12:dunlin_table+272]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterResizeInputTensor, .-TfLiteInterpreterResizeInputTensor
.globl TfLiteModelCreate
.type TfLiteModelCreate,%function
TfLiteModelCreate:
#if defined(__x86_64__)
	jmp *dunlin_table+280(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+280
	ldr x16, [x16, :lo12:dunlin_table+280]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelCreate, .-TfLiteModelCreate
.globl TfLiteModelCreateFromFile
.type TfLiteModelCreateFromFile,%function
TfLiteModelCreateFromFile:
#if defined(__x86_64__)
	jmp *dunlin_table+288(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+288
	ldr x16, [x16, :lo12:dunlin_table+288]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelCreateFromFile, .-TfLiteModelCreateFromFile
.globl TfLiteModelCreateFromFileWithErrorReporter
.type TfLiteModelCreateFromFileWithErrorReporter,%function
TfLiteModelCreateFromFileWithErrorReporter:
#if defined(__x86_64__)
	jmp *dunlin_table+296(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+296
	ldr x16, [x16, :lo12:dunlin_table+296]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelCreateFromFileWithErrorReporter, .-TfLiteModelCreateFromFileWithErrorReporter
.globl TfLiteModelCreateWithErrorReporter
.type TfLiteModelCreateWithErrorReporter,%function
TfLiteModelCreateWithErrorReporter:
#if defined(__x86_64__)
	jmp *dunlin_table+304(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+304
	ldr x16, [x16, :lo12:dunlin_table+304]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelCreateWithErrorReporter, .-TfLiteModelCreateWithErrorReporter
.globl TfLiteModelDelete
.type TfLiteModelDelete,%function
TfLiteModelDelete:
#if defined(__x86_64__)
	jmp *dunlin_table+312(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+312
	ldr x16, [x16, :lo12:dunlin_table+312]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelDelete, .-TfLiteModelDelete
.globl TfLiteSchemaVersion
.type TfLiteSchemaVersion,%function
TfLiteSchemaVersion:
#if defined(__x86_64__)
	jmp *dunlin_table+320(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+320
	ldr x16, [x16, :lo12:dunlin_table+320]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSchemaVersion, .-TfLiteSchemaVersion
.globl TfLiteSignatureRunnerAllocateTensors
.type TfLiteSignatureRunnerAllocateTensors,%function
TfLiteSignatureRunnerAllocateTensors:
#if defined(__x86_64__)
	jmp *dunlin_table+328(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+328
	ldr x16, [x16, :lo12:dunlin_table+328]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerAllocateTensors, .-TfLiteSignatureRunnerAllocateTensors
.globl TfLiteSignatureRunnerCancel
.type TfLiteSignatureRunnerCancel,%function
TfLiteSignatureRunnerCancel:
#if defined(__x86_64__)
	jmp *dunlin_table+336(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+336
	ldr x16, [x16, :lo12:dunlin_table+336]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerCancel, .-TfLiteSignatureRunnerCancel
.globl TfLiteSignatureRunnerDelete
.type TfLiteSignatureRunnerDelete,%function
TfLiteSignatureRunnerDelete:
#if defined(__x86_64__)
	jmp *dunlin_table+344(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+344
	ldr x16, [x16, :lo12:dunlin_table+344]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerDelete, .-TfLiteSignatureRunnerDelete
.globl TfLiteSignatureRunnerGetInputCount
.type TfLiteSignatureRunnerGetInputCount,%function
TfLiteSignatureRunnerGetInputCount:
#if defined(__x86_64__)
	jmp *dunlin_table+352(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+352
	ldr x16, [x16, :lo12:dunlin_table+352]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetInputCount, .-TfLiteSignatureRunnerGetInputCount
.globl TfLiteSignatureRunnerGetInputName
.type TfLiteSignatureRunnerGetInputName,%function
TfLiteSignatureRunnerGetInputName:
#if defined(__x86_64__)
	jmp *dunlin_table+360(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+360
	ldr x16, [x16, :lo12:dunlin_table+360]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetInputName, .-TfLiteSignatureRunnerGetInputName
.globl TfLiteSignatureRunnerGetInputTensor
.type TfLiteSignatureRunnerGetInputTensor,%function
TfLiteSignatureRunnerGetInputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+368(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+368
	ldr x16, [x16, :lo12:dunlin_table+368]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetInputTensor, .-TfLiteSignatureRunnerGetInputTensor
.globl TfLiteSignatureRunnerGetOutputCount
.type TfLiteSignatureRunnerGetOutputCount,%function
TfLiteSignatureRunnerGetOutputCount:
#if defined(__x86_64__)
	jmp *dunlin_table+376(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+376
	ldr x16, [x16, :lo12:dunlin_table+376]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetOutputCount, .-TfLiteSignatureRunnerGetOutputCount
.globl TfLiteSignatureRunnerGetOutputName
.type TfLiteSignatureRunnerGetOutputName,%function
TfLiteSignatureRunnerGetOutputName:
#if defined(__x86_64__)
	jmp *dunlin_table+384(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+384
	ldr x16, [x16, :lo12:dunlin_table+384]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetOutputName, .-TfLiteSignatureRunnerGetOutputName
.globl TfLiteSignatureRunnerGetOutputTensor
.type TfLiteSignatureRunnerGetOutputTensor,%function
TfLiteSignatureRunnerGetOutputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+392(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+392
	ldr x16, [x16, :lo12:dunlin_table+392]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetOutputTensor, .-TfLiteSignatureRunnerGetOutputTensor
.globl TfLiteSignatureRunnerInvoke
.type TfLiteSignatureRunnerInvoke,%function
TfLiteSignatureRunnerInvoke:
#if defined(__x86_64__)
	jmp *dunlin_table+400(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+400
	ldr x16, [x16, :lo12:dunlin_table+400]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerInvoke, .-TfLiteSignatureRunnerInvoke
.globl TfLiteSignatureRunnerResizeInputTensor
.type TfLiteSignatureRunnerResizeInputTensor,%function
TfLiteSignatureRunnerResizeInputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+408(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+408
	ldr x16, [x16, :lo12:dunlin_table+408]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerResizeInputTensor, .-TfLiteSignatureRunnerResizeInputTensor
.globl TfLiteTensorByteSize
.type TfLiteTensorByteSize,%function
TfLiteTensorByteSize:
#if defined(__x86_64__)
	jmp *dunlin_table+416(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+416
	ldr x16, [x16, :lo12:dunlin_table+416]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorByteSize, .-TfLiteTensorByteSize
.globl TfLiteTensorCopyFromBuffer
.type TfLiteTensorCopyFromBuffer,%function
TfLiteTensorCopyFromBuffer:
#if defined(__x86_64__)
	jmp *dunlin_table+424(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+424
	ldr x16, [x16, :lo12:dunlin_table+424]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorCopyFromBuffer, .-TfLiteTensorCopyFromBuffer
.globl TfLiteTensorCopyToBuffer
.type TfLiteTensorCopyToBuffer,%function
TfLiteTensorCopyToBuffer:
#if defined(__x86_64__)
	jmp *dunlin_table+432(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+432
	ldr x16, [x16, :lo12:dunlin_table+432]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorCopyToBuffer, .-TfLiteTensorCopyToBuffer
.globl TfLiteTensorData
.type TfLiteTensorData,%function
TfLiteTensorData:
#if defined(__x86_64__)
	jmp *dunlin_table+440(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+440
	ldr x16, [x16, :lo12:dunlin_table+440]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorData, .-TfLiteTensorData
.globl TfLiteTensorDim
.type TfLiteTensorDim,%function
TfLiteTensorDim:
#if defined(__x86_64__)
	jmp *dunlin_table+448(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+448
	ldr x16, [x16, :lo12:dunlin_table+448]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorDim, .-TfLiteTensorDim
.globl TfLiteTensorName
.type TfLiteTensorName,%function
TfLiteTensorName:
#if defined(__x86_64__)
	jmp *dunlin_table+456(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+456
	ldr x16, [x16, :lo12:dunlin_table+456]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorName, .-TfLiteTensorName
.globl TfLiteTensorNumDims
.type TfLiteTensorNumDims,%function
TfLiteTensorNumDims:
#if defined(__x86_64__)
	jmp *dunlin_table+464(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+464
	ldr x16, [x16, :lo12:dunlin_table+464]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorNumDims, .-TfLiteTensorNumDims
.globl TfLiteTensorQuantizationParams
.type TfLiteTensorQuantizationParams,%function
TfLiteTensorQuantizationParams:
#if defined(__x86_64__)
	jmp *dunlin_table+472(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+472
	ldr x16, [x16, :lo12:dunlin_table+472]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorQuantizationParams, .-TfLiteTensorQuantizationParams
.globl TfLiteTensorType
.type TfLiteTensorType,%function
TfLiteTensorType:
#if defined(__x86_64__)
	jmp *dunlin_table+480(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+480
	ldr x16, [x16, :lo12:dunlin_table+480]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorType, .-TfLiteTensorType
.globl TfLiteVersion
.type TfLiteVersion,%function
TfLiteVersion:
#if defined(__x86_64__)
	jmp *dunlin_table+488(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+488
	ldr x16, [x16, :lo12:dunlin_table+488]
	br x16
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteVersion, .-TfLiteVersion
.section .note.GNU-stack,"",%progbits
