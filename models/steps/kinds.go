package steps

// Kinds are all steps that this version knows, in the order of the documentation.
func Kinds() []Kind {
	return []Kind{
		scaleKind(), zScoreKind(), clipKind(), logKind(), decibelKind(), resampleKind(), detrendKind(), movingRMSKind(),
		hannKind(), fftMagnitudeKind(), melKind(), mfccKind(), resizeKind(), normaliseKind(),
	}
}

func find(name string) *Kind {
	for _, k := range Kinds() {
		if k.Name == name {
			return &k
		}
	}
	return nil
}

func names() (all []string) {
	for _, k := range Kinds() {
		all = append(all, k.Name)
	}
	return all
}

// same is the shape of a step that changes values only.
func same(_ args, in Shape) (Shape, *Error) { return in, nil }

// inTime is the shape of a step along time that changes values only.
func inTime(_ args, in Shape) (Shape, *Error) { return in, noPictures(in) }

func noPictures(in Shape) *Error {
	if in.Picture != (Picture{}) {
		return &Error{Param: "step", Why: "works along time, not on pictures"}
	}
	return nil
}

// rated compares a step's rate with that of the rows that come in, when that is known.
func rated(a args, in Shape) *Error {
	if have, want := in.RateHz, a.number("rate_hz"); have != 0 && (have < want*(1-rateTolerance) || have > want*(1+rateTolerance)) {
		return &Error{Param: "rate_hz", Why: "differs from the rate of what comes in, " + hertz(have)}
	}
	return nil
}
