package config

// File is what one configuration may say, key by key: the raw form, before names are resolved. Its tags are the only
// place where a key, its default, its range, its documentation and its remote permission are written down.
//
//	yaml      the key                       required  yes: the key must be there
//	default   text of the value when absent min, max  limits of a number, inclusive
//	doc       one sentence for people       remote    yes: the hub's twin may set it
//	union     yes: this key chooses which of the struct's other fields is read
type File struct {
	Device    Device            `yaml:"device" remote:"no" doc:"Who this device is."`
	Hub       Hub               `yaml:"hub" remote:"no" doc:"Where records go. Without a url the device works alone and keeps its records."`
	Sources   map[Name]Source   `yaml:"sources" remote:"no" doc:"Streams of samples, by name."`
	Pipelines map[Name]Pipeline `yaml:"pipelines" remote:"no" doc:"Models at work, by name: one model on one source each."`
	Spool     Spool             `yaml:"spool" remote:"no" doc:"The durable store of records that the hub has not acknowledged."`
	Models    Models            `yaml:"models" remote:"no" doc:"Where models are found."`
	Runtime   Runtime           `yaml:"runtime" remote:"no" doc:"Inference libraries."`
	Trust     Trust             `yaml:"trust" remote:"no" doc:"Which models this device takes."`
	Log       Log               `yaml:"log" remote:"no" doc:"What is logged."`
	Control   Control           `yaml:"control" remote:"no" doc:"The local API that the command line talks to."`
	State     Path              `yaml:"state" default:"/var/lib/dunlin" remote:"no" doc:"Folder of everything that must survive a restart."`
}

// Device names the machine.
type Device struct {
	ID   Name           `yaml:"id" remote:"no" doc:"Name of this device; by default ten hex digits derived from the machine-id."`
	Tags map[Tag]string `yaml:"tags" remote:"no" doc:"Free words to find devices by."`
}

// Hub is where records go.
type Hub struct {
	URL    Broker `yaml:"url" remote:"no" doc:"MQTT address of the hub."`
	Tenant Name   `yaml:"tenant" default:"default" remote:"no" doc:"Tenant the device belongs to."`
}

// Pipeline is one model at work on one source.
type Pipeline struct {
	Source    Name       `yaml:"source" required:"yes" remote:"no" doc:"A name under sources."`
	Model     ModelRef   `yaml:"model" required:"yes" remote:"yes" doc:"Model and version, as motions@1."`
	Delegates []Delegate `yaml:"delegates" remote:"no" doc:"Ways to run the model, best first; what really runs is in dunlin status."`
	Prefer    Prefer     `yaml:"prefer" default:"fastest" remote:"no" doc:"Whether the fastest of these wins that gives the CPU's answers, or the first."`
	Threads   int        `yaml:"threads" default:"1" min:"1" max:"64" remote:"no" doc:"Threads of one inference."`
	Isolated  bool       `yaml:"isolated" default:"false" remote:"no" doc:"Run the model in a process of its own, which may crash or hang alone."`
	Limit     *Duration  `yaml:"limit" min:"1ms" max:"10m" remote:"no" doc:"Longest time of one inference; by default ten times the measured 99th percentile, at least 1s."`
	Decide    Decide     `yaml:"decide" remote:"no" doc:"From scores to decisions."`
	On        bool       `yaml:"on" default:"true" remote:"yes" doc:"Whether the pipeline runs."`
}

// Decide turns scores into decisions.
type Decide struct {
	Threshold *Share `yaml:"threshold" remote:"yes" doc:"Least score of a decision; by default what the model's manifest says."`
	Hold      *int   `yaml:"hold" min:"1" max:"1000" remote:"yes" doc:"Windows in a row that must agree before a decision is held; by default what the manifest says."`
	Report    Report `yaml:"report" default:"changes" remote:"yes" doc:"Which decisions become records."`
}

// Spool is the durable outbox.
type Spool struct {
	Max    Bytes  `yaml:"max" default:"64MiB" min:"1MiB" max:"1024GiB" remote:"no" doc:"Most disk the records may take; the oldest of the least important stream gives way."`
	Commit Commit `yaml:"commit" remote:"no" doc:"How often records are made durable."`
}

// Commit says when records are written to disk.
type Commit struct {
	Every Duration `yaml:"every" default:"1s" min:"10ms" max:"1m" remote:"no" doc:"Longest wait of events and results."`
	Quiet Duration `yaml:"quiet" default:"30s" min:"10ms" max:"1h" remote:"no" doc:"Longest wait of everything else."`
}

// Models says where models are found, and how much room new versions take.
type Models struct {
	Roots  []Path `yaml:"roots" remote:"no" doc:"Folders searched in order for NAME/VERSION; by default models below state, then /usr/share/dunlin/models."`
	Budget Bytes  `yaml:"budget" default:"512MiB" min:"1MiB" max:"1024GiB" remote:"no" doc:"Most disk that imported versions may take; the oldest go, never one that a pipeline uses, tries or could go back to."`
}

// Runtime names inference libraries.
type Runtime struct {
	TFLite Path `yaml:"tflite" remote:"no" doc:"The TensorFlow Lite C library; by default the known folders are searched."`
	ONNX   Path `yaml:"onnx" remote:"no" doc:"The ONNX Runtime library, for models in that format; by default the known folders are searched."`
}

// Trust says which models this device takes. No hub may change it.
type Trust struct {
	Unsigned Unsigned `yaml:"unsigned" default:"refuse" remote:"no" doc:"Whether a bundle that no owner signed may be imported; allow warns for as long as it stands."`
}

// Log says what is logged.
type Log struct {
	Level Level `yaml:"level" default:"info" remote:"yes" doc:"Least important message that is logged."`
}

// Control is the local API.
type Control struct {
	Socket Path `yaml:"socket" default:"/run/dunlin/control.sock" remote:"no" doc:"Unix socket of the local API."`
}
