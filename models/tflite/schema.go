package tflite

// Field numbers of the tables of tensorflow/lite/schema/schema.fbs, version 3, as far as they are read here.
const (
	modelVersion    = 0
	modelCodes      = 1
	modelSubgraphs  = 2
	modelText       = 3
	modelBuffers    = 4
	modelMetaBuffer = 5
	modelMetadata   = 6
	modelSignatures = 7
	modelExtGroups  = 8
	modelExtBuffers = 9

	codeOld     = 0 // int8, for codes up to 126
	codeCustom  = 1
	codeVersion = 2
	codeNew     = 3 // int32

	graphTensors = 0
	graphInputs  = 1
	graphOutputs = 2
	graphOps     = 3
	graphName    = 4

	tensorShape     = 0
	tensorType      = 1
	tensorBuffer    = 2
	tensorName      = 3
	tensorQuant     = 4
	tensorVariable  = 5
	tensorSparsity  = 6
	tensorSignature = 7
	tensorVariants  = 9
	tensorExternal  = 10

	quantMin       = 0
	quantMax       = 1
	quantScale     = 2
	quantZero      = 3
	quantDetailsOf = 4
	quantDetails   = 5
	quantDimension = 6

	opCode         = 0
	opInputs       = 1
	opOutputs      = 2
	opOptionsOf    = 3
	opOptions      = 4
	opCustom       = 5
	opMutating     = 7
	opIntermediate = 8
	opLargeOffset  = 9
	opLargeSize    = 10
	opOptions2Of   = 11

	bufferData   = 0
	bufferOffset = 1
	bufferSize   = 2

	metaName   = 0
	metaBuffer = 1

	signatureInputs  = 0
	signatureOutputs = 1
	signatureKey     = 2
	signatureGraph   = 4

	mapName   = 0
	mapTensor = 1
)

// Builtin operator codes with rules of their own.
const (
	opAveragePool    = 1
	opConv           = 3
	opDepthwise      = 4
	opFullyConnected = 9
	opDepthToSpace   = 5
	opL2Pool         = 12
	opLSTM           = 16
	opMaxPool        = 17
	opSpaceToDepth   = 26
	opSVDF           = 27
	opCustomCode     = 32
	opLSTMUni        = 44
	opRNNBi          = 46
	opSplit          = 49
	opLSTMBi         = 52
	opTransposeConv  = 67
	opSplitV         = 102
)

// Members of the union BuiltinOptions that are checked.
const (
	optionsEmbeddings = 3
	optionsReshape    = 17
	optionsSqueeze    = 30
	optionsVarHandle  = 111
	optionsBucketize  = 115
)

// elementBytes is the size of one element by the schema's TensorType; zero where elements have no whole-byte size.
var elementBytes = [...]int{4, 2, 4, 1, 8, 0, 1, 2, 8, 1, 8, 16, 8, 0, 0, 4, 2, 0, 2, 0, 0}

// Schema tensor types with rules of their own.
const (
	schemaInt32 = 2
	schemaUint8 = 3
	schemaInt64 = 4
	schemaInt16 = 7
	schemaInt8  = 9
)
