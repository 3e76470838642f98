package tflite

// advice is where a library comes from. The one for 32-bit Arm has no XNNPACK; nobody publishes one that has.
func advice(arch string) string {
	if arch == "arm" {
		return "`make runtime` fetches one and the dunlin package brings it, without XNNPACK: none with fast kernels is published for 32-bit Arm, so build your own and name it with runtime.tflite or $" + EnvLibrary
	}
	return "`make runtime` fetches one, the dunlin package brings it"
}
