package uapi_test

import "testing"

func buses(t *testing.T, p *page, arch string) {
	i2c := load(t, "hal/i2cdev", arch)
	p.numbers(i2c, [][2]string{
		{"opRetries", "I2C_RETRIES"}, {"opTimeout", "I2C_TIMEOUT"}, {"opFuncs", "I2C_FUNCS"}, {"opRdwr", "I2C_RDWR"},
		{"flagRead", "I2C_M_RD"}, {"funcI2C", "I2C_FUNC_I2C"}, {"funcQuick", "I2C_FUNC_SMBUS_QUICK"},
	})
	p.structure(i2c, "message", "struct i2c_msg", [][2]string{{"addr", "addr"}, {"flags", "flags"}, {"length", "len"}, {"buf", "buf"}})
	p.structure(i2c, "rdwr", "struct i2c_rdwr_ioctl_data", [][2]string{{"msgs", "msgs"}, {"n", "nmsgs"}})

	spi := load(t, "hal/spidev", arch)
	p.numbers(spi, [][2]string{
		{"opMode", "SPI_IOC_WR_MODE"}, {"opBits", "SPI_IOC_WR_BITS_PER_WORD"}, {"opSpeed", "SPI_IOC_WR_MAX_SPEED_HZ"},
		{"opMessage | 1*32<<16", "SPI_IOC_MESSAGE(1)"}, {"opMessage | maxPackets*32<<16", "SPI_IOC_MESSAGE(511)"},
		{"modeLSBFirst", "SPI_LSB_FIRST"}, {"mode3Wire", "SPI_3WIRE"}, {"modeNoCS", "SPI_NO_CS"},
	})
	p.structure(spi, "transfer", "struct spi_ioc_transfer", [][2]string{
		{"tx", "tx_buf"}, {"rx", "rx_buf"}, {"length", "len"}, {"speed", "speed_hz"}, {"delay", "delay_usecs"}, {"bits", "bits_per_word"},
		{"csChange", "cs_change"}, {"txLanes", "tx_nbits"}, {"rxLanes", "rx_nbits"}, {"wordDelay", "word_delay_usecs"},
	})
}

// cameras asserts the requests as hal/camera makes them, and the offsets that its files use as plain numbers.
func cameras(p *page, s *source, buffer map[string]uint64, wide bool) {
	both := "dirBoth | 'V'<<8 | "
	p.numbers(s, [][2]string{
		{"dirRead | 'V'<<8 | capSize<<16 | numberQueryCap", "VIDIOC_QUERYCAP"},
		{both + "formatDescSize<<16 | numberEnumFormat", "VIDIOC_ENUM_FMT"},
		{both + "reqBufsSize<<16 | numberReqBufs", "VIDIOC_REQBUFS"},
		{both + "parmSize<<16 | numberGetParm", "VIDIOC_G_PARM"}, {both + "parmSize<<16 | numberSetParm", "VIDIOC_S_PARM"},
		{both + "sizeEnumSize<<16 | numberEnumSizes", "VIDIOC_ENUM_FRAMESIZES"},
		{"dirWrite | 'V'<<8 | 4<<16 | numberStreamOn", "VIDIOC_STREAMON"}, {"dirWrite | 'V'<<8 | 4<<16 | numberStreamOff", "VIDIOC_STREAMOFF"},
		{"numberSetFormat", "_IOC_NR(VIDIOC_S_FMT)"}, {"numberQueryBuf", "_IOC_NR(VIDIOC_QUERYBUF)"},
		{"numberQueue", "_IOC_NR(VIDIOC_QBUF)"}, {"numberDequeue", "_IOC_NR(VIDIOC_DQBUF)"},
		{"capCapture", "V4L2_CAP_VIDEO_CAPTURE"}, {"capCapturePlane", "V4L2_CAP_VIDEO_CAPTURE_MPLANE"}, {"capM2MPlane", "V4L2_CAP_VIDEO_M2M_MPLANE"},
		{"capM2M", "V4L2_CAP_VIDEO_M2M"}, {"capStreaming", "V4L2_CAP_STREAMING"}, {"capDeviceCaps", "V4L2_CAP_DEVICE_CAPS"},
		{"typeCapture", "V4L2_BUF_TYPE_VIDEO_CAPTURE"}, {"memoryMap", "V4L2_MEMORY_MMAP"}, {"privMagic", "V4L2_PIX_FMT_PRIV_MAGIC"},
		{"fieldNone", "V4L2_FIELD_NONE"}, {"flagError", "V4L2_BUF_FLAG_ERROR"}, {"stampMask", "V4L2_BUF_FLAG_TIMESTAMP_MASK"},
		{"stampMono", "V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC"}, {"perFrame", "V4L2_CAP_TIMEPERFRAME"}, {"colorJPEG", "V4L2_COLORSPACE_JPEG"},
		{"fullRange", "V4L2_QUANTIZATION_FULL_RANGE"}, {"sizesDiscrete", "V4L2_FRMSIZE_TYPE_DISCRETE"},
	})
	p.table("bufferLayout", buffer, [][2]string{
		{"size", "sizeof(struct v4l2_buffer)"}, {"stamp", "offsetof(struct v4l2_buffer, timestamp)"},
		{"stampWord", "sizeof(((struct v4l2_buffer *)0)->timestamp.tv_sec)"}, {"sequence", "offsetof(struct v4l2_buffer, sequence)"},
		{"memory", "offsetof(struct v4l2_buffer, memory)"}, {"offset", "offsetof(struct v4l2_buffer, m.offset)"},
		{"length", "offsetof(struct v4l2_buffer, length)"},
	})
	format := s.tables("layout")[1]
	if wide {
		format = s.tables("layout")[0]
	}
	p.table("layout", format, [][2]string{{"formatSize", "sizeof(struct v4l2_format)"}, {"pix", "offsetof(struct v4l2_format, fmt)"}})
	for c, at := range map[string]uint64{
		"struct v4l2_buffer, bytesused": 8, "struct v4l2_buffer, flags": 12, // frame
		"struct v4l2_capability, card": 16, "struct v4l2_capability, bus_info": 48, // capability
		"struct v4l2_capability, capabilities": 84, "struct v4l2_capability, device_caps": 88,
		"struct v4l2_fmtdesc, pixelformat":  44,                                     // formats
		"struct v4l2_frmsizeenum, discrete": 12, "struct v4l2_frmsizeenum, type": 8, // sizes
		"struct v4l2_frmsize_stepwise, min_height": 12, "struct v4l2_frmsize_stepwise, step_height": 20,
		"struct v4l2_pix_format, pixelformat": 8, "struct v4l2_pix_format, field": 12, "struct v4l2_pix_format, bytesperline": 16, // setFormat
		"struct v4l2_pix_format, sizeimage": 20, "struct v4l2_pix_format, colorspace": 24, "struct v4l2_pix_format, priv": 28,
		"struct v4l2_pix_format, quantization":            40,
		"struct v4l2_streamparm, parm.capture":            4, // setRate
		"struct v4l2_captureparm, timeperframe":           8,
		"struct v4l2_requestbuffers, memory":              8, // buffers
		"struct v4l2_streamparm, parm.capture.capability": 4,
	} {
		p.is("offsetof("+c+")", at, "hal/camera: "+c)
	}
}

// sound asserts what hal/audio knows of ALSA. Its status has the form with times of 32 bits on 32-bit machines; a C library
// with longer ones calls it by another number.
func sound(p *page, s *source, wide, time64 bool) {
	p.numbers(s, [][2]string{
		{"'A'<<8 | numberPrepare", "SNDRV_PCM_IOCTL_PREPARE"}, {"'A'<<8 | numberStart", "SNDRV_PCM_IOCTL_START"},
		{"'A'<<8 | numberDrop", "SNDRV_PCM_IOCTL_DROP"}, {"'A'<<8 | numberResume", "SNDRV_PCM_IOCTL_RESUME"},
		{"numberRefine", "_IOC_NR(SNDRV_PCM_IOCTL_HW_REFINE)"}, {"numberHWParams", "_IOC_NR(SNDRV_PCM_IOCTL_HW_PARAMS)"},
		{"numberSWParams", "_IOC_NR(SNDRV_PCM_IOCTL_SW_PARAMS)"}, {"numberStatus", "_IOC_NR(SNDRV_PCM_IOCTL_STATUS)"},
		{"dirRead|dirWrite", "SNDRV_PCM_IOCTL_HW_PARAMS & 3u<<30"}, {"dirRead|dirWrite", "SNDRV_PCM_IOCTL_SW_PARAMS & 3u<<30"},
		{"dirRead", "SNDRV_PCM_IOCTL_STATUS & 3u<<30"},
		{"statePrepared", "SNDRV_PCM_STATE_PREPARED"}, {"stateRunning", "SNDRV_PCM_STATE_RUNNING"}, {"stateXrun", "SNDRV_PCM_STATE_XRUN"},
		{"stateSuspended", "SNDRV_PCM_STATE_SUSPENDED"}, {"stateDisconnected", "SNDRV_PCM_STATE_DISCONNECTED"},
		{"maskAccess", "SNDRV_PCM_HW_PARAM_ACCESS"}, {"maskFormat", "SNDRV_PCM_HW_PARAM_FORMAT"}, {"maskSubformat", "SNDRV_PCM_HW_PARAM_SUBFORMAT"},
		{"channelsOf", "SNDRV_PCM_HW_PARAM_CHANNELS"}, {"rateOf", "SNDRV_PCM_HW_PARAM_RATE"}, {"periodFrames", "SNDRV_PCM_HW_PARAM_PERIOD_SIZE"},
		{"bufferFrames", "SNDRV_PCM_HW_PARAM_BUFFER_SIZE"}, {"firstInterval", "SNDRV_PCM_HW_PARAM_FIRST_INTERVAL"},
		{"intervals", "SNDRV_PCM_HW_PARAM_LAST_INTERVAL - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL + 1"},
		{"masksAt", "offsetof(struct snd_pcm_hw_params, masks)"}, {"intervalsAt", "offsetof(struct snd_pcm_hw_params, intervals)"},
		{"rmaskAt", "offsetof(struct snd_pcm_hw_params, rmask)"}, {"infoAt", "offsetof(struct snd_pcm_hw_params, info)"},
		{"32", "sizeof(struct snd_mask)"}, {"12", "sizeof(struct snd_interval)"}, {"4", "offsetof(struct snd_interval, max)"},
		{"accessInterleaved", "SNDRV_PCM_ACCESS_RW_INTERLEAVED"},
		{"2", "SNDRV_PCM_FORMAT_S16_LE"}, {"10", "SNDRV_PCM_FORMAT_S32_LE"}, {"6", "SNDRV_PCM_FORMAT_S24_LE"}, {"32", "SNDRV_PCM_FORMAT_S24_3LE"},
		{"1", "SNDRV_PCM_TSTAMP_ENABLE"}, {"1", "SNDRV_PCM_TSTAMP_TYPE_MONOTONIC"}, {"4", "offsetof(struct snd_pcm_sw_params, period_step)"},
	})
	layout := s.tables("layout")[0]
	if wide {
		layout = s.tables("layout")[1]
	}
	p.table("layout", layout, [][2]string{
		{"word", "sizeof(unsigned long)"}, {"hwSize", "sizeof(struct snd_pcm_hw_params)"}, {"swSize", "sizeof(struct snd_pcm_sw_params)"},
		{"swAvailMin", "offsetof(struct snd_pcm_sw_params, avail_min)"}, {"swStart", "offsetof(struct snd_pcm_sw_params, start_threshold)"},
		{"swStop", "offsetof(struct snd_pcm_sw_params, stop_threshold)"}, {"swProto", "offsetof(struct snd_pcm_sw_params, proto)"},
		{"swStampType", "offsetof(struct snd_pcm_sw_params, tstamp_type)"},
	})
	if time64 {
		return
	}
	p.table("layout", layout, [][2]string{
		{"statusSize", "sizeof(struct snd_pcm_status)"}, {"statusStamp", "offsetof(struct snd_pcm_status, tstamp)"},
		{"statusDelay", "offsetof(struct snd_pcm_status, delay)"}, {"statusAvail", "offsetof(struct snd_pcm_status, avail)"},
	})
}
