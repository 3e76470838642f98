package bridge

// Report numbers of AN495, section 4 (transfers) and 5 (configuration).
const (
	gpioConfig   = 0x02 // direction, push-pull, special functions, clock divider
	getGPIO      = 0x03
	setGPIO      = 0x04 // values, mask
	versionInfo  = 0x05
	smbusConfig  = 0x06
	lockByte     = 0x20
	usbConfig    = 0x21
	readRequest  = 0x10 // address, length
	writeRead    = 0x11 // address, length, count, bytes
	forceRead    = 0x12 // length
	readResponse = 0x13 // status, count, bytes
	dataWrite    = 0x14 // address, count, bytes
	statusAsk    = 0x15
	statusAnswer = 0x16 // status, detail, retries, bytes read
	cancel       = 0x17
)

// Transfer states, AN495 section 4.6 (first byte) and what the second byte then says.
const (
	stateIdle     = 0
	stateComplete = 2
	stateError    = 3

	detailNotAcknowledged = 0
	detailSucceeded       = 5
)

const (
	maxChunk  = 61  // bytes that one report carries
	maxRead   = 512 // bytes of one read transfer
	maxTarget = 16  // bytes written before a read with a repeated start
	partCP    = 0x0c
)

// report is a number and how many bytes follow it.
type report struct{ number, length byte }

var (
	featureReports = []report{
		{0x01, 1}, {gpioConfig, 4}, {getGPIO, 1}, {setGPIO, 2}, {versionInfo, 2}, {smbusConfig, 13},
		{lockByte, 1}, {usbConfig, 9}, {0x22, 63}, {0x23, 63}, {0x24, 63},
	}
	outputReports = []report{{readRequest, 3}, {writeRead, 20}, {forceRead, 2}, {dataWrite, 63}, {statusAsk, 1}, {cancel, 1}}
	inputReports  = []report{{readResponse, 63}, {statusAnswer, 6}}
)

// Items of a HID report descriptor (HID 1.11, section 6.2.2) as one byte of type and size before the value.
const (
	itemReportID    = 0x85
	itemReportCount = 0x95
	itemUsage       = 0x09
	itemFeature     = 0xb1
	itemOutput      = 0x91
	itemInput       = 0x81
	endCollection   = 0xc0
	dataVariable    = 0x02
)

// descriptor tells the kernel's HID core which reports there are.
func descriptor() []byte {
	d := []byte{
		0x06, 0x00, 0xff, // usage page: vendor
		itemUsage, 1, 0xa1, 1, // collection: application
		0x15, 0, 0x26, 0xff, 0, // each value from 0 to 255
		0x75, 8, // in 8 bits
	}
	for _, group := range []struct {
		kind    byte
		reports []report
	}{{itemFeature, featureReports}, {itemOutput, outputReports}, {itemInput, inputReports}} {
		for _, r := range group.reports {
			d = append(d, itemReportID, r.number, itemReportCount, r.length, itemUsage, 1, group.kind, dataVariable)
		}
	}
	return append(d, endCollection)
}
