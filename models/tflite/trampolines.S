/* Written by cross/trampolines from symbols.txt; do not edit. */
.text
#if defined(__arm__)
.syntax unified
.arm
#endif
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteExtensionApisVersion
.type TfLiteExtensionApisVersion,%function
TfLiteExtensionApisVersion:
#if defined(__x86_64__)
	jmp *dunlin_table+0(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+0
	ldr x16, [x16, :lo12:dunlin_table+0]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+0-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteExtensionApisVersion, .-TfLiteExtensionApisVersion
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterAllocateTensors
.type TfLiteInterpreterAllocateTensors,%function
TfLiteInterpreterAllocateTensors:
#if defined(__x86_64__)
	jmp *dunlin_table+8(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+8
	ldr x16, [x16, :lo12:dunlin_table+8]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+4-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterAllocateTensors, .-TfLiteInterpreterAllocateTensors
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterCancel
.type TfLiteInterpreterCancel,%function
TfLiteInterpreterCancel:
#if defined(__x86_64__)
	jmp *dunlin_table+16(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+16
	ldr x16, [x16, :lo12:dunlin_table+16]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+8-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterCancel, .-TfLiteInterpreterCancel
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterCreate
.type TfLiteInterpreterCreate,%function
TfLiteInterpreterCreate:
#if defined(__x86_64__)
	jmp *dunlin_table+24(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+24
	ldr x16, [x16, :lo12:dunlin_table+24]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+12-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterCreate, .-TfLiteInterpreterCreate
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterDelete
.type TfLiteInterpreterDelete,%function
TfLiteInterpreterDelete:
#if defined(__x86_64__)
	jmp *dunlin_table+32(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+32
	ldr x16, [x16, :lo12:dunlin_table+32]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+16-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterDelete, .-TfLiteInterpreterDelete
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterEnsureTensorDataIsReadable
.type TfLiteInterpreterEnsureTensorDataIsReadable,%function
TfLiteInterpreterEnsureTensorDataIsReadable:
#if defined(__x86_64__)
	jmp *dunlin_table+40(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+40
	ldr x16, [x16, :lo12:dunlin_table+40]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+20-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterEnsureTensorDataIsReadable, .-TfLiteInterpreterEnsureTensorDataIsReadable
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetInputTensor
.type TfLiteInterpreterGetInputTensor,%function
TfLiteInterpreterGetInputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+48(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+48
	ldr x16, [x16, :lo12:dunlin_table+48]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+24-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetInputTensor, .-TfLiteInterpreterGetInputTensor
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetInputTensorCount
.type TfLiteInterpreterGetInputTensorCount,%function
TfLiteInterpreterGetInputTensorCount:
#if defined(__x86_64__)
	jmp *dunlin_table+56(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+56
	ldr x16, [x16, :lo12:dunlin_table+56]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+28-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetInputTensorCount, .-TfLiteInterpreterGetInputTensorCount
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetInputTensorIndex
.type TfLiteInterpreterGetInputTensorIndex,%function
TfLiteInterpreterGetInputTensorIndex:
#if defined(__x86_64__)
	jmp *dunlin_table+64(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+64
	ldr x16, [x16, :lo12:dunlin_table+64]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+32-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetInputTensorIndex, .-TfLiteInterpreterGetInputTensorIndex
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetOutputTensor
.type TfLiteInterpreterGetOutputTensor,%function
TfLiteInterpreterGetOutputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+72(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+72
	ldr x16, [x16, :lo12:dunlin_table+72]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+36-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetOutputTensor, .-TfLiteInterpreterGetOutputTensor
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetOutputTensorCount
.type TfLiteInterpreterGetOutputTensorCount,%function
TfLiteInterpreterGetOutputTensorCount:
#if defined(__x86_64__)
	jmp *dunlin_table+80(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+80
	ldr x16, [x16, :lo12:dunlin_table+80]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+40-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetOutputTensorCount, .-TfLiteInterpreterGetOutputTensorCount
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetOutputTensorIndex
.type TfLiteInterpreterGetOutputTensorIndex,%function
TfLiteInterpreterGetOutputTensorIndex:
#if defined(__x86_64__)
	jmp *dunlin_table+88(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+88
	ldr x16, [x16, :lo12:dunlin_table+88]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+44-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetOutputTensorIndex, .-TfLiteInterpreterGetOutputTensorIndex
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetSignatureCount
.type TfLiteInterpreterGetSignatureCount,%function
TfLiteInterpreterGetSignatureCount:
#if defined(__x86_64__)
	jmp *dunlin_table+96(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+96
	ldr x16, [x16, :lo12:dunlin_table+96]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+48-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetSignatureCount, .-TfLiteInterpreterGetSignatureCount
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetSignatureKey
.type TfLiteInterpreterGetSignatureKey,%function
TfLiteInterpreterGetSignatureKey:
#if defined(__x86_64__)
	jmp *dunlin_table+104(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+104
	ldr x16, [x16, :lo12:dunlin_table+104]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+52-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetSignatureKey, .-TfLiteInterpreterGetSignatureKey
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetSignatureRunner
.type TfLiteInterpreterGetSignatureRunner,%function
TfLiteInterpreterGetSignatureRunner:
#if defined(__x86_64__)
	jmp *dunlin_table+112(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+112
	ldr x16, [x16, :lo12:dunlin_table+112]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+56-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetSignatureRunner, .-TfLiteInterpreterGetSignatureRunner
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetTensor
.type TfLiteInterpreterGetTensor,%function
TfLiteInterpreterGetTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+120(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+120
	ldr x16, [x16, :lo12:dunlin_table+120]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+60-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetTensor, .-TfLiteInterpreterGetTensor
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetVariableTensor
.type TfLiteInterpreterGetVariableTensor,%function
TfLiteInterpreterGetVariableTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+128(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+128
	ldr x16, [x16, :lo12:dunlin_table+128]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+64-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetVariableTensor, .-TfLiteInterpreterGetVariableTensor
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterGetVariableTensorCount
.type TfLiteInterpreterGetVariableTensorCount,%function
TfLiteInterpreterGetVariableTensorCount:
#if defined(__x86_64__)
	jmp *dunlin_table+136(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+136
	ldr x16, [x16, :lo12:dunlin_table+136]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+68-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterGetVariableTensorCount, .-TfLiteInterpreterGetVariableTensorCount
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterInputTensorIndices
.type TfLiteInterpreterInputTensorIndices,%function
TfLiteInterpreterInputTensorIndices:
#if defined(__x86_64__)
	jmp *dunlin_table+144(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+144
	ldr x16, [x16, :lo12:dunlin_table+144]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+72-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterInputTensorIndices, .-TfLiteInterpreterInputTensorIndices
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterInvoke
.type TfLiteInterpreterInvoke,%function
TfLiteInterpreterInvoke:
#if defined(__x86_64__)
	jmp *dunlin_table+152(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+152
	ldr x16, [x16, :lo12:dunlin_table+152]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+76-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterInvoke, .-TfLiteInterpreterInvoke
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterModifyGraphWithDelegate
.type TfLiteInterpreterModifyGraphWithDelegate,%function
TfLiteInterpreterModifyGraphWithDelegate:
#if defined(__x86_64__)
	jmp *dunlin_table+160(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+160
	ldr x16, [x16, :lo12:dunlin_table+160]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+80-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterModifyGraphWithDelegate, .-TfLiteInterpreterModifyGraphWithDelegate
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsAddBuiltinOp
.type TfLiteInterpreterOptionsAddBuiltinOp,%function
TfLiteInterpreterOptionsAddBuiltinOp:
#if defined(__x86_64__)
	jmp *dunlin_table+168(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+168
	ldr x16, [x16, :lo12:dunlin_table+168]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+84-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsAddBuiltinOp, .-TfLiteInterpreterOptionsAddBuiltinOp
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsAddCustomOp
.type TfLiteInterpreterOptionsAddCustomOp,%function
TfLiteInterpreterOptionsAddCustomOp:
#if defined(__x86_64__)
	jmp *dunlin_table+176(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+176
	ldr x16, [x16, :lo12:dunlin_table+176]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+88-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsAddCustomOp, .-TfLiteInterpreterOptionsAddCustomOp
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsAddDelegate
.type TfLiteInterpreterOptionsAddDelegate,%function
TfLiteInterpreterOptionsAddDelegate:
#if defined(__x86_64__)
	jmp *dunlin_table+184(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+184
	ldr x16, [x16, :lo12:dunlin_table+184]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+92-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsAddDelegate, .-TfLiteInterpreterOptionsAddDelegate
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsCopy
.type TfLiteInterpreterOptionsCopy,%function
TfLiteInterpreterOptionsCopy:
#if defined(__x86_64__)
	jmp *dunlin_table+192(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+192
	ldr x16, [x16, :lo12:dunlin_table+192]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+96-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsCopy, .-TfLiteInterpreterOptionsCopy
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsCreate
.type TfLiteInterpreterOptionsCreate,%function
TfLiteInterpreterOptionsCreate:
#if defined(__x86_64__)
	jmp *dunlin_table+200(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+200
	ldr x16, [x16, :lo12:dunlin_table+200]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+100-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsCreate, .-TfLiteInterpreterOptionsCreate
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsDelete
.type TfLiteInterpreterOptionsDelete,%function
TfLiteInterpreterOptionsDelete:
#if defined(__x86_64__)
	jmp *dunlin_table+208(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+208
	ldr x16, [x16, :lo12:dunlin_table+208]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+104-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsDelete, .-TfLiteInterpreterOptionsDelete
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsEnableCancellation
.type TfLiteInterpreterOptionsEnableCancellation,%function
TfLiteInterpreterOptionsEnableCancellation:
#if defined(__x86_64__)
	jmp *dunlin_table+216(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+216
	ldr x16, [x16, :lo12:dunlin_table+216]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+108-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsEnableCancellation, .-TfLiteInterpreterOptionsEnableCancellation
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsSetEnableDelegateFallback
.type TfLiteInterpreterOptionsSetEnableDelegateFallback,%function
TfLiteInterpreterOptionsSetEnableDelegateFallback:
#if defined(__x86_64__)
	jmp *dunlin_table+224(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+224
	ldr x16, [x16, :lo12:dunlin_table+224]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+112-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsSetEnableDelegateFallback, .-TfLiteInterpreterOptionsSetEnableDelegateFallback
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsSetErrorReporter
.type TfLiteInterpreterOptionsSetErrorReporter,%function
TfLiteInterpreterOptionsSetErrorReporter:
#if defined(__x86_64__)
	jmp *dunlin_table+232(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+232
	ldr x16, [x16, :lo12:dunlin_table+232]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+116-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsSetErrorReporter, .-TfLiteInterpreterOptionsSetErrorReporter
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsSetNumThreads
.type TfLiteInterpreterOptionsSetNumThreads,%function
TfLiteInterpreterOptionsSetNumThreads:
#if defined(__x86_64__)
	jmp *dunlin_table+240(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+240
	ldr x16, [x16, :lo12:dunlin_table+240]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+120-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsSetNumThreads, .-TfLiteInterpreterOptionsSetNumThreads
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOptionsSetUseNNAPI
.type TfLiteInterpreterOptionsSetUseNNAPI,%function
TfLiteInterpreterOptionsSetUseNNAPI:
#if defined(__x86_64__)
	jmp *dunlin_table+248(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+248
	ldr x16, [x16, :lo12:dunlin_table+248]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+124-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOptionsSetUseNNAPI, .-TfLiteInterpreterOptionsSetUseNNAPI
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterOutputTensorIndices
.type TfLiteInterpreterOutputTensorIndices,%function
TfLiteInterpreterOutputTensorIndices:
#if defined(__x86_64__)
	jmp *dunlin_table+256(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+256
	ldr x16, [x16, :lo12:dunlin_table+256]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+128-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterOutputTensorIndices, .-TfLiteInterpreterOutputTensorIndices
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterResetVariableTensors
.type TfLiteInterpreterResetVariableTensors,%function
TfLiteInterpreterResetVariableTensors:
#if defined(__x86_64__)
	jmp *dunlin_table+264(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+264
	ldr x16, [x16, :lo12:dunlin_table+264]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+132-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterResetVariableTensors, .-TfLiteInterpreterResetVariableTensors
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteInterpreterResizeInputTensor
.type TfLiteInterpreterResizeInputTensor,%function
TfLiteInterpreterResizeInputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+272(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+272
	ldr x16, [x16, :lo12:dunlin_table+272]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+136-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteInterpreterResizeInputTensor, .-TfLiteInterpreterResizeInputTensor
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteModelCreate
.type TfLiteModelCreate,%function
TfLiteModelCreate:
#if defined(__x86_64__)
	jmp *dunlin_table+280(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+280
	ldr x16, [x16, :lo12:dunlin_table+280]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+140-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelCreate, .-TfLiteModelCreate
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteModelCreateFromFile
.type TfLiteModelCreateFromFile,%function
TfLiteModelCreateFromFile:
#if defined(__x86_64__)
	jmp *dunlin_table+288(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+288
	ldr x16, [x16, :lo12:dunlin_table+288]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+144-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelCreateFromFile, .-TfLiteModelCreateFromFile
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteModelCreateFromFileWithErrorReporter
.type TfLiteModelCreateFromFileWithErrorReporter,%function
TfLiteModelCreateFromFileWithErrorReporter:
#if defined(__x86_64__)
	jmp *dunlin_table+296(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+296
	ldr x16, [x16, :lo12:dunlin_table+296]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+148-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelCreateFromFileWithErrorReporter, .-TfLiteModelCreateFromFileWithErrorReporter
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteModelCreateWithErrorReporter
.type TfLiteModelCreateWithErrorReporter,%function
TfLiteModelCreateWithErrorReporter:
#if defined(__x86_64__)
	jmp *dunlin_table+304(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+304
	ldr x16, [x16, :lo12:dunlin_table+304]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+152-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelCreateWithErrorReporter, .-TfLiteModelCreateWithErrorReporter
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteModelDelete
.type TfLiteModelDelete,%function
TfLiteModelDelete:
#if defined(__x86_64__)
	jmp *dunlin_table+312(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+312
	ldr x16, [x16, :lo12:dunlin_table+312]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+156-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteModelDelete, .-TfLiteModelDelete
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSchemaVersion
.type TfLiteSchemaVersion,%function
TfLiteSchemaVersion:
#if defined(__x86_64__)
	jmp *dunlin_table+320(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+320
	ldr x16, [x16, :lo12:dunlin_table+320]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+160-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSchemaVersion, .-TfLiteSchemaVersion
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerAllocateTensors
.type TfLiteSignatureRunnerAllocateTensors,%function
TfLiteSignatureRunnerAllocateTensors:
#if defined(__x86_64__)
	jmp *dunlin_table+328(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+328
	ldr x16, [x16, :lo12:dunlin_table+328]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+164-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerAllocateTensors, .-TfLiteSignatureRunnerAllocateTensors
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerCancel
.type TfLiteSignatureRunnerCancel,%function
TfLiteSignatureRunnerCancel:
#if defined(__x86_64__)
	jmp *dunlin_table+336(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+336
	ldr x16, [x16, :lo12:dunlin_table+336]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+168-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerCancel, .-TfLiteSignatureRunnerCancel
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerDelete
.type TfLiteSignatureRunnerDelete,%function
TfLiteSignatureRunnerDelete:
#if defined(__x86_64__)
	jmp *dunlin_table+344(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+344
	ldr x16, [x16, :lo12:dunlin_table+344]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+172-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerDelete, .-TfLiteSignatureRunnerDelete
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerGetInputCount
.type TfLiteSignatureRunnerGetInputCount,%function
TfLiteSignatureRunnerGetInputCount:
#if defined(__x86_64__)
	jmp *dunlin_table+352(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+352
	ldr x16, [x16, :lo12:dunlin_table+352]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+176-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetInputCount, .-TfLiteSignatureRunnerGetInputCount
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerGetInputName
.type TfLiteSignatureRunnerGetInputName,%function
TfLiteSignatureRunnerGetInputName:
#if defined(__x86_64__)
	jmp *dunlin_table+360(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+360
	ldr x16, [x16, :lo12:dunlin_table+360]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+180-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetInputName, .-TfLiteSignatureRunnerGetInputName
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerGetInputTensor
.type TfLiteSignatureRunnerGetInputTensor,%function
TfLiteSignatureRunnerGetInputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+368(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+368
	ldr x16, [x16, :lo12:dunlin_table+368]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+184-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetInputTensor, .-TfLiteSignatureRunnerGetInputTensor
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerGetOutputCount
.type TfLiteSignatureRunnerGetOutputCount,%function
TfLiteSignatureRunnerGetOutputCount:
#if defined(__x86_64__)
	jmp *dunlin_table+376(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+376
	ldr x16, [x16, :lo12:dunlin_table+376]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+188-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetOutputCount, .-TfLiteSignatureRunnerGetOutputCount
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerGetOutputName
.type TfLiteSignatureRunnerGetOutputName,%function
TfLiteSignatureRunnerGetOutputName:
#if defined(__x86_64__)
	jmp *dunlin_table+384(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+384
	ldr x16, [x16, :lo12:dunlin_table+384]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+192-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetOutputName, .-TfLiteSignatureRunnerGetOutputName
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerGetOutputTensor
.type TfLiteSignatureRunnerGetOutputTensor,%function
TfLiteSignatureRunnerGetOutputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+392(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+392
	ldr x16, [x16, :lo12:dunlin_table+392]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+196-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerGetOutputTensor, .-TfLiteSignatureRunnerGetOutputTensor
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerInvoke
.type TfLiteSignatureRunnerInvoke,%function
TfLiteSignatureRunnerInvoke:
#if defined(__x86_64__)
	jmp *dunlin_table+400(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+400
	ldr x16, [x16, :lo12:dunlin_table+400]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+200-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerInvoke, .-TfLiteSignatureRunnerInvoke
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteSignatureRunnerResizeInputTensor
.type TfLiteSignatureRunnerResizeInputTensor,%function
TfLiteSignatureRunnerResizeInputTensor:
#if defined(__x86_64__)
	jmp *dunlin_table+408(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+408
	ldr x16, [x16, :lo12:dunlin_table+408]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+204-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteSignatureRunnerResizeInputTensor, .-TfLiteSignatureRunnerResizeInputTensor
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteTensorByteSize
.type TfLiteTensorByteSize,%function
TfLiteTensorByteSize:
#if defined(__x86_64__)
	jmp *dunlin_table+416(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+416
	ldr x16, [x16, :lo12:dunlin_table+416]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+208-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorByteSize, .-TfLiteTensorByteSize
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteTensorCopyFromBuffer
.type TfLiteTensorCopyFromBuffer,%function
TfLiteTensorCopyFromBuffer:
#if defined(__x86_64__)
	jmp *dunlin_table+424(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+424
	ldr x16, [x16, :lo12:dunlin_table+424]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+212-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorCopyFromBuffer, .-TfLiteTensorCopyFromBuffer
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteTensorCopyToBuffer
.type TfLiteTensorCopyToBuffer,%function
TfLiteTensorCopyToBuffer:
#if defined(__x86_64__)
	jmp *dunlin_table+432(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+432
	ldr x16, [x16, :lo12:dunlin_table+432]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+216-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorCopyToBuffer, .-TfLiteTensorCopyToBuffer
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteTensorData
.type TfLiteTensorData,%function
TfLiteTensorData:
#if defined(__x86_64__)
	jmp *dunlin_table+440(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+440
	ldr x16, [x16, :lo12:dunlin_table+440]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+220-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorData, .-TfLiteTensorData
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteTensorDim
.type TfLiteTensorDim,%function
TfLiteTensorDim:
#if defined(__x86_64__)
	jmp *dunlin_table+448(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+448
	ldr x16, [x16, :lo12:dunlin_table+448]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+224-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorDim, .-TfLiteTensorDim
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteTensorName
.type TfLiteTensorName,%function
TfLiteTensorName:
#if defined(__x86_64__)
	jmp *dunlin_table+456(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+456
	ldr x16, [x16, :lo12:dunlin_table+456]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+228-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorName, .-TfLiteTensorName
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteTensorNumDims
.type TfLiteTensorNumDims,%function
TfLiteTensorNumDims:
#if defined(__x86_64__)
	jmp *dunlin_table+464(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+464
	ldr x16, [x16, :lo12:dunlin_table+464]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+232-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorNumDims, .-TfLiteTensorNumDims
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteTensorQuantizationParams
.type TfLiteTensorQuantizationParams,%function
TfLiteTensorQuantizationParams:
#if defined(__x86_64__)
	jmp *dunlin_table+472(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+472
	ldr x16, [x16, :lo12:dunlin_table+472]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+236-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorQuantizationParams, .-TfLiteTensorQuantizationParams
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteTensorType
.type TfLiteTensorType,%function
TfLiteTensorType:
#if defined(__x86_64__)
	jmp *dunlin_table+480(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+480
	ldr x16, [x16, :lo12:dunlin_table+480]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+240-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteTensorType, .-TfLiteTensorType
#if defined(__arm__)
.balign 4
#endif
.globl TfLiteVersion
.type TfLiteVersion,%function
TfLiteVersion:
#if defined(__x86_64__)
	jmp *dunlin_table+488(%rip)
#elif defined(__aarch64__)
	adrp x16, dunlin_table+488
	ldr x16, [x16, :lo12:dunlin_table+488]
	br x16
#elif defined(__arm__)
	ldr ip, 1f
0:	add ip, pc, ip
	ldr pc, [ip]
1:	.word dunlin_table+244-(0b+8)
#else
#error "no trampolines for this architecture"
#endif
.size TfLiteVersion, .-TfLiteVersion
.section .note.GNU-stack,"",%progbits
