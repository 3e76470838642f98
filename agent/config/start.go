package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// given is a source of a command line: "bme280:bus=i2c-1,address=0x76".
type given struct {
	name   string
	driver string
	keys   []givenKey
}

type givenKey struct {
	path   []string // {"frames", "width"}, {"expect", "temperature", "max"}
	values []string // more than one for a list
}

var (
	keyRE       = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[A-Za-z][A-Za-z0-9_-]*){0,3}=`)
	plainWordRE = regexp.MustCompile(`^(-[0-9]|[A-Za-z0-9/])[A-Za-z0-9_./-]*$`)
)

// Start is a commented configuration with the sources of specs, each written DRIVER[:key=value,...]. A piece between
// commas that begins with no key belongs to the value before it, so lists and device names need no quotes:
// ads1115:bus=i2c-1,inputs=a0,a1. The key name names the source, which is otherwise called like its driver; a key
// inside another is written frames.width, or expect.temperature.max. What is wrong with a spec is an Errors that shows it as the file would have
// it.
func Start(specs []string) ([]byte, error) {
	taken := map[string]bool{}
	var sources strings.Builder
	for _, spec := range specs {
		g := readGiven(spec)
		g.name = freeName(g.name, taken)
		var one strings.Builder
		one.WriteString("sources:\n")
		g.write(&one)
		if _, err := Parse("/", wellFormedID, Text{"--source " + spec, []byte(one.String())}); err != nil {
			return nil, err
		}
		g.write(&sources)
		sources.WriteString("\n")
	}
	head, rest, _ := strings.Cut(string(sample), "\nsources:\n")
	_, tail, found := strings.Cut(rest, "\nspool:\n")
	if !found {
		panic("config: sample.yaml has lost its sections") // a test writes with it
	}
	text := head + "\nsources:\n" + sources.String() + startPipelines + "\nspool:\n" + tail
	if _, err := Parse("/", wellFormedID, Text{"the new configuration", []byte(text)}); err != nil {
		return nil, err
	}
	return []byte(text), nil
}

// wellFormedID stands for the machine-id where only the text is looked at.
const wellFormedID = "0123456789abcdef0123456789abcdef"

const startPipelines = `# Models at work, by name: one model on one source each. Without any the device senses and infers nothing.
# pipelines:
#   activity:
#     source: NAME             # one of the names above
#     model: motions@1         # name@version, found as motions/1 under models.roots
#     decide: {report: changes}
`

// freeName is name, or name-2 and so on when that is taken.
func freeName(name string, taken map[string]bool) string {
	free := name
	for i := 2; taken[free]; i++ {
		free = name + "-" + strconv.Itoa(i)
	}
	taken[free] = true
	return free
}

func readGiven(spec string) given {
	driver, rest, _ := strings.Cut(spec, ":")
	g := given{driver: driver, name: "source"}
	if nameRE.MatchString(driver) {
		g.name = driver
	}
	if rest == "" {
		return g
	}
	for _, piece := range strings.Split(rest, ",") {
		n := len(g.keys)
		if !keyRE.MatchString(piece) && n > 0 {
			g.keys[n-1].values = append(g.keys[n-1].values, piece)
			continue
		}
		key, value, _ := strings.Cut(piece, "=")
		g.keys = append(g.keys, givenKey{strings.Split(key, "."), []string{value}})
	}
	g.keys = slices.DeleteFunc(g.keys, func(k givenKey) bool {
		if len(k.path) == 1 && k.path[0] == "name" {
			g.name = strings.Join(k.values, ",")
			return true
		}
		return false
	})
	return g
}

// write appends the source as an entry of the mapping sources, every key of its driver explained.
func (g given) write(b *strings.Builder) {
	variant := reflect.StructField{Type: reflect.TypeFor[struct{}]()}
	if f, ok := fieldOf(reflect.TypeFor[Source](), g.driver); ok {
		variant = f
		fmt.Fprintf(b, "  # %s\n", f.Tag.Get("doc"))
	}
	fmt.Fprintf(b, "  %s:\n    driver: %s\n", word([]string{g.name}), word([]string{g.driver}))
	g.members(b, variant.Type, nil, "    ")
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Source]()) {
		given := slices.ContainsFunc(g.keys, func(k givenKey) bool { return k.path[0] == f.Tag.Get("yaml") })
		if isShared(f) && !given && variant.Name != "" && variant.Tag.Get("shared") != "no" {
			explained(b, "    ", "# "+f.Tag.Get("yaml")+":", f)
		}
	}
}

// members writes the keys of a struct below path: those that were given, the others commented out, and then those that
// it does not have: keys of its union that all variants share, and what the parser will complain about.
func (g given) members(b *strings.Builder, t reflect.Type, path []string, indent string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	known := fieldKeys(t)
	for i := range t.NumField() {
		g.field(b, t.Field(i), append(slices.Clip(path), known[i]), indent)
	}
	var rest []givenKey
	for _, k := range g.keys {
		if len(k.path) <= len(path) || !slices.Equal(k.path[:len(path)], path) {
			continue
		}
		i := slices.Index(known, k.path[len(path)])
		if i < 0 || len(k.path) > len(path)+1 && !branches(t.Field(i).Type) {
			rest = append(rest, k)
		}
	}
	nested(b, rest, len(path), indent)
}

// branches reports a type with keys of its own.
func branches(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && !isScalar(t)
}

// nested writes keys that no struct explains, from the part of their paths that is at depth.
func nested(b *strings.Builder, keys []givenKey, depth int, indent string) {
	seen := map[string]bool{}
	for _, first := range keys {
		name := first.path[depth]
		if seen[name] {
			continue
		}
		seen[name] = true
		var below []givenKey
		for _, k := range keys {
			switch {
			case k.path[depth] != name:
			case len(k.path) == depth+1:
				fmt.Fprintf(b, "%s%s: %s\n", indent, word([]string{name}), word(k.values))
			default:
				below = append(below, k)
			}
		}
		if len(below) > 0 {
			fmt.Fprintf(b, "%s%s:\n", indent, word([]string{name}))
			nested(b, below, depth+1, indent+"  ")
		}
	}
}

// field writes one key as often as it was given, or commented out.
func (g given) field(b *strings.Builder, f reflect.StructField, path []string, indent string) {
	key, n := path[len(path)-1], 0
	for _, k := range g.keys {
		switch {
		case !slices.Equal(k.path, path):
			continue
		case f.Type.Kind() == reflect.Slice:
			explained(b, indent, key+": "+flow(k.values), f)
		default:
			explained(b, indent, key+": "+word(k.values), f)
		}
		n++
	}
	inside := branches(f.Type) && slices.ContainsFunc(g.keys, func(k givenKey) bool { return len(k.path) > len(path) && slices.Equal(k.path[:len(path)], path) })
	switch {
	case inside && n == 0:
		explained(b, indent, key+":", f)
		g.members(b, f.Type, path, indent+"  ")
	case n == 0 && f.Tag.Get("required") != "yes":
		explained(b, indent, strings.TrimSpace("# "+key+": "+f.Tag.Get("default")), f)
	}
}

// explained writes a line with the field's documentation, all in one column where it fits.
func explained(b *strings.Builder, indent, text string, f reflect.StructField) {
	fmt.Fprintf(b, "%-28s # %s\n", indent+text, f.Tag.Get("doc"))
}

func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	i := slices.Index(fieldKeys(t), key)
	if i < 0 || i == unionField(t) || isShared(t.Field(i)) {
		return reflect.StructField{}, false
	}
	return t.Field(i), true
}

// word is one value, quoted where YAML wants it.
func word(values []string) string {
	text := strings.Join(values, ",")
	if plainWordRE.MatchString(text) {
		return text
	}
	return strconv.Quote(text)
}

func flow(values []string) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = word([]string{v})
	}
	return "[" + strings.Join(words, ", ") + "]"
}
