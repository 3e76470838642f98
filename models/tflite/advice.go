package tflite

// advice is where a library comes from. Nobody publishes one with XNNPACK for 32-bit Arm, so there a user brings one.
func advice(arch string) string {
	if arch == "arm" {
		return "none with fast kernels is published for 32-bit Arm: build TensorFlow Lite's C library yourself and name it with runtime.tflite or $" + EnvLibrary
	}
	return "`make runtime` fetches one, the dunlin package brings it"
}
