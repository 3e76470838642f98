package engine

import "time"

// presets follow the makers' documents and sources of 2026: libedgetpu (tflite/edgetpu_delegate_for_custom_op), NXP's
// i.MX Machine Learning User's Guide, Mesa's page on Teflon, Arm NN's page on the delegate's options, Qualcomm's page on
// the QNN delegate. None of these devices was at hand: options and libraries are theirs, not measured here.
var presets = []Preset{
	{
		Name: "armnn", Title: "Arm NN (Mali GPU, Neon)", Libraries: []string{"libarmnnDelegate.so", "libarmnnDelegate.so.29"},
		Options: map[string]string{"backends": "GpuAcc,CpuAcc"}, Devices: []string{"/dev/mali*"}, Limit: 5 * time.Minute,
		Fix:  "install libarmnnDelegate.so from Arm's release and let the agent's user open /dev/mali0 (group video)",
		Note: "the first load builds kernels for the GPU; answers of GpuAcc and CpuAcc are not bit-equal to the CPU's",
	},
	{
		Name: "edgetpu", Title: "Coral Edge TPU", Libraries: []string{"libedgetpu.so.1", "libedgetpu.so.1.0"},
		Devices: []string{"/dev/apex_*"}, USB: []string{"1a6e:089a", "18d1:9302"},
		Fix:  "install libedgetpu1-std, plug the device in and let the agent's user open it (group plugdev for USB, apex for PCIe)",
		Note: "runs only models from edgetpu_compiler, which have no CPU kernels: a CPU fallback needs the plain model beside it; a stuck device is cleared by 'isolated: true'",
	},
	{
		Name: "ethosu", Title: "Arm Ethos-U on NXP i.MX 93", Libraries: []string{"libethosu_delegate.so"},
		Devices: []string{"/dev/ethosu*"},
		Fix:     "use NXP's BSP with the ethos-u driver stack and let the agent's user open /dev/ethosu0",
		Note:    "the model must come from Arm's vela compiler; with a mainline kernel of 6.19 or later use teflon and the plain model",
	},
	{
		Name: "neutron", Title: "NXP eIQ Neutron on i.MX 95", Libraries: []string{"libneutron_delegate.so"},
		Devices: []string{"/dev/neutron*"},
		Fix:     "use NXP's BSP for i.MX 95 and let the agent's user open /dev/neutron0",
		Note:    "the model must come from NXP's neutron-converter",
	},
	{
		Name: "qnn", Title: "Qualcomm AI Engine Direct", Libraries: []string{"libQnnTFLiteDelegate.so"},
		Options: map[string]string{"backend_type": "htp"}, Devices: []string{"/dev/fastrpc-cdsp*", "/dev/adsprpc-smd"}, Limit: 5 * time.Minute,
		Fix:  "install Qualcomm's AI Engine Direct SDK and let the agent's user open /dev/fastrpc-cdsp",
		Note: "add library_path and skel_library_dir where the SDK is not in the system's folders",
	},
	{
		Name: "teflon", Title: "Mesa Teflon (VeriSilicon, Rockchip and Ethos-U NPUs with open drivers)", Libraries: []string{"libteflon.so", "teflon/libteflon.so"},
		Devices: []string{"/dev/accel/accel*", "/dev/dri/renderD*"},
		Fix:     "install mesa-teflon-delegate, use a kernel with the etnaviv, rocket or ethosu driver and add the agent's user to group render",
		Note:    "takes convolutions of uint8 and int8 models; TEFLON_DEBUG=verbose in the environment says what it leaves",
	},
	{
		Name: "vx", Title: "VeriSilicon VX (i.MX 8M Plus, A311D)", Libraries: []string{"libvx_delegate.so"},
		Devices: []string{"/dev/galcore"}, Limit: 10 * time.Minute,
		Fix:  "use the maker's BSP with galcore and libvx_delegate.so and let the agent's user open /dev/galcore",
		Note: "compiles the model at its first inference, which takes minutes; its cache file (allowed_cache_mode, cache_file_path) is not checked against the model: name it after the model",
	},
}
