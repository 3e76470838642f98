package tflite

// leastInputs is how many inputs a builtin operator must list, absent ones included, by code; all others need one. The
// kernels and XNNPACK look at that many before they count. A convolution has its bias: XNNPACK's depthwise kernel reads
// it even where the operator lists none.
var leastInputs = map[int]int{
	0: 2, 3: 3, 4: 3, 7: 2, 9: 2, 10: 3, 16: 5, 18: 2, 23: 2, 24: 5, 27: 5, 31: 0, 32: 0, 33: 3, 34: 2, 35: 5, 36: 2,
	37: 3, 38: 3, 39: 2, 40: 2, 41: 2, 42: 2, 44: 20, 45: 4, 46: 12, 48: 2, 49: 2, 51: 0, 52: 48, 54: 2, 55: 2, 56: 2,
	57: 2, 58: 2, 60: 3, 61: 2, 62: 2, 63: 2, 64: 3, 65: 3, 67: 3, 68: 4, 69: 2, 70: 2, 71: 2, 72: 2, 74: 2, 78: 2,
	79: 2, 81: 2, 82: 2, 84: 2, 85: 4, 86: 2, 89: 2, 90: 2, 91: 2, 94: 2, 95: 2, 96: 3, 97: 2, 99: 2, 100: 2, 102: 3,
	105: 2, 107: 2, 112: 2, 115: 2, 120: 5, 121: 6, 122: 3, 123: 3, 125: 2, 126: 2, 128: 2, 129: 0, 130: 2, 131: 2,
	132: 2, 136: 0, 137: 3, 138: 3, 140: 2, 141: 3, 142: 0, 144: 2, 145: 2, 149: 2, 151: 3, 153: 3, 154: 3, 155: 3,
	156: 2, 157: 3, 160: 2, 161: 2,
}

// noOutputs are the builtin operators that may write nothing.
var noOutputs = map[int]bool{31: true, 32: true, 129: true, 138: true, 144: true}

// sameType are the operators whose first output has the type of their first input. Several kernels copy the input's
// bytes without looking at the output's type.
var sameType = map[int]bool{
	0: true, 1: true, 2: true, 3: true, 4: true, 5: true, 8: true, 12: true, 14: true, 17: true, 18: true, 19: true,
	20: true, 21: true, 22: true, 23: true, 26: true, 28: true, 34: true, 36: true, 37: true, 38: true, 39: true,
	40: true, 41: true, 42: true, 43: true, 45: true, 54: true, 55: true, 57: true, 59: true, 60: true, 65: true,
	69: true, 70: true, 74: true, 81: true, 82: true, 83: true, 88: true, 89: true, 92: true, 97: true, 98: true,
	100: true, 102: true, 105: true, 107: true, 111: true, 112: true, 117: true, 128: true, 130: true, 151: true,
	152: true,
}

// listInputs are the inputs that hold axes, a shape, a permutation or paddings: int32 or int64 and short, because the
// kernels and XNNPACK copy them to arrays of fixed size.
var listInputs = map[int][]int{
	22: {1}, 23: {1}, 34: {1}, 37: {1, 2}, 38: {1, 2}, 39: {1}, 40: {1}, 45: {1, 2, 3}, 49: {0}, 56: {1}, 60: {1},
	65: {1, 2}, 67: {0}, 69: {1}, 70: {1}, 74: {1}, 79: {1}, 81: {1}, 82: {1}, 89: {1}, 91: {1}, 94: {0}, 97: {1},
	100: {1}, 102: {2}, 105: {1}, 128: {1}, 130: {1}, 140: {1},
}
