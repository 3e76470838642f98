package config

// IIO reads a device that a kernel driver has made ready.
type IIO struct {
	Device    Word    `yaml:"device" required:"yes" remote:"no" doc:"Name of the device, as lsm6dsox_accel; dunlin sources ls lists them."`
	Parent    Word    `yaml:"parent" remote:"no" doc:"What the device is part of, as 1-006a, where several have the same name."`
	Channels  []Word  `yaml:"channels" remote:"no" doc:"Channels in order, as accel_x or ax; by default all."`
	Mode      IIOMode `yaml:"mode" default:"poll" remote:"no" doc:"poll reads files at a steady rate; buffer takes what the device has stored, with the kernel's time."`
	Rate      *Hertz  `yaml:"rate" remote:"yes" doc:"Samples per second; by default 1Hz in mode poll, what the device is set to in mode buffer."`
	Watermark int     `yaml:"watermark" default:"0" min:"0" max:"4096" remote:"no" doc:"Samples that the kernel gathers before it wakes the agent, in mode buffer; 0 means those of 50 ms."`
	Trigger   Word    `yaml:"trigger" remote:"no" doc:"Trigger that paces the buffer, as a timer at the source's rate; by default the device's own."`
}

// GPIO reads one line.
type GPIO struct {
	Chip      Word      `yaml:"chip" remote:"no" doc:"GPIO chip of the line, as gpiochip0 or its label; needed where a number is not enough."`
	Line      Line      `yaml:"line" required:"yes" remote:"no" doc:"Number or name of the line, as 17 or GPIO17."`
	Mode      LineMode  `yaml:"mode" default:"level" remote:"no" doc:"level: 0 or 1 at a steady rate; edge: one sample for each change; counter: edges, and how many come in a second."`
	Edges     Edges     `yaml:"edges" default:"auto" remote:"no" doc:"Which changes count; auto means both for edge and rising for counter."`
	Every     *Duration `yaml:"every" min:"1ms" max:"24h" remote:"yes" doc:"Time between two samples; by default 100ms for level, 1s for counter."`
	Debounce  Duration  `yaml:"debounce" default:"0s" min:"0s" max:"10s" remote:"no" doc:"Changes that last shorter are not seen."`
	Bias      Bias      `yaml:"bias" default:"as-is" remote:"no" doc:"Resistor inside the chip that holds an open line."`
	ActiveLow bool      `yaml:"active_low" default:"false" remote:"no" doc:"A low voltage counts as 1."`
}

// ALSA captures sound.
type ALSA struct {
	Device   Word  `yaml:"device" required:"yes" remote:"no" doc:"Capture device, as hw:1,0; dunlin sources ls lists them."`
	Rate     Hertz `yaml:"rate" default:"16kHz" remote:"yes" doc:"Samples per second."`
	Channels int   `yaml:"channels" default:"1" min:"1" max:"32" remote:"no" doc:"Microphones to record."`
}

// V4L2 captures pictures.
type V4L2 struct {
	Device Word       `yaml:"device" required:"yes" remote:"no" doc:"Camera, as /dev/video0; dunlin sources ls lists them."`
	Width  int        `yaml:"width" required:"yes" min:"1" max:"8192" remote:"no" doc:"Pixels in a row that the pipeline gets."`
	Height int        `yaml:"height" required:"yes" min:"1" max:"8192" remote:"no" doc:"Rows that the pipeline gets."`
	Colour Colour     `yaml:"colour" default:"grey" remote:"no" doc:"One value for a pixel, or three."`
	Crop   bool       `yaml:"crop" default:"false" remote:"no" doc:"Keep the proportions and cut the sides off; otherwise the frame is squeezed."`
	Format CameraForm `yaml:"format" default:"auto" remote:"no" doc:"What the camera is asked for; auto takes what costs least."`
	Rate   Hertz      `yaml:"rate" default:"10Hz" remote:"yes" doc:"Pictures per second."`
}

// Serial reads lines of numbers.
type Serial struct {
	Device      Path      `yaml:"device" required:"yes" remote:"no" doc:"Serial port, as /dev/ttyUSB0; names below /dev/serial/by-id stay the same when plugs move."`
	Baud        Baud      `yaml:"baud" default:"115200" remote:"no" doc:"Speed of the line."`
	Channels    []Channel `yaml:"channels" required:"yes" remote:"no" doc:"The values of one line, in order, with their units."`
	Rate        *Hertz    `yaml:"rate" remote:"no" doc:"Lines per second that come; without it they have no fixed rate."`
	SilentAfter *Duration `yaml:"silent_after" min:"1s" max:"720h" remote:"no" doc:"Longest time without a line before the source counts as degraded; by default 10s or ten of them, whichever is longer, and without a rate for ever."`
}

// MQTT listens to a topic.
type MQTT struct {
	URL         Broker    `yaml:"url" required:"yes" remote:"no" doc:"The MQTT broker, as mqtt://127.0.0.1:1883."`
	Topic       string    `yaml:"topic" required:"yes" remote:"no" doc:"Topic to subscribe to: one, without + and #, which would mix devices."`
	Fields      []Field   `yaml:"fields" remote:"no" doc:"For messages in JSON: the values with their units, and where they stand, as speed[Hz]=motor.rpm."`
	Channels    []Channel `yaml:"channels" remote:"no" doc:"For messages that are a line of numbers: the values in order, with their units."`
	Rate        *Hertz    `yaml:"rate" remote:"no" doc:"Messages per second that come; without it they have no fixed rate."`
	SilentAfter *Duration `yaml:"silent_after" min:"1s" max:"720h" remote:"no" doc:"Longest time without a message before the source counts as degraded; by default 10s or ten of them, whichever is longer, and without a rate for ever."`
	Retained    bool      `yaml:"retained" default:"false" remote:"no" doc:"Also use the message that the broker has kept, however old it is."`
	CA          Path      `yaml:"ca" remote:"no" doc:"Certificates that the broker is held against, in PEM; by default the system's."`
	User        string    `yaml:"user" remote:"no" doc:"Name at the broker."`
	Password    Path      `yaml:"password_file" remote:"no" doc:"File that holds the password on its first line."`
}

// System reads the machine itself.
type System struct {
	What  []SystemValue `yaml:"what" remote:"no" doc:"Values in order; by default all that this machine has."`
	Disk  Path          `yaml:"disk" default:"/" remote:"no" doc:"Folder whose file system counts as the disk."`
	Every Duration      `yaml:"every" default:"10s" min:"100ms" max:"24h" remote:"yes" doc:"Time between two samples."`
}
