package evaluate

import (
	"cmp"
	"slices"
)

// ROCAUC is the area under the ROC curve of class against the rest: the chance that a sample of the class scores above
// one of the others, ties counting half (Mann and Whitney 1947). Its interval is the wider of DeLong's (1988) and
// Newcombe's (2006), which has a width at 1 too. It is undefined, and NaN is replaced by 0, when one of the two sides is
// empty.
func ROCAUC(all []Prediction, class int) Metric { return newRanking(all).of(class).area }

// AveragePrecision is the mean of the precision at each threshold, weighted by the recall gained there: no
// interpolation. Its interval is the wider of two: of a share of as many samples as are of the class (Boyd, Eng and Page
// 2013, in Wilson's form), and the delta method's. It is 0 and undefined when class has no sample.
func AveragePrecision(all []Prediction, class int) Metric { return newRanking(all).of(class).average }

// curve is what a ranking says of one class. Pulls are what one more of each sample would change.
type curve struct {
	area, average           Metric
	areaPulls, averagePulls []float64
}

// ranked is one sample as a ranking metric sees it.
type ranked struct {
	score    float64
	sample   int
	positive bool
}

// tie is the samples of one score, and those of a higher one.
type tie struct {
	from, to          int // in the order of the ranking
	with, without     int // of the class, and not
	withTo, withoutTo int // including all above
}

// ranking orders predictions by the score of one class after the other.
type ranking struct {
	all   []Prediction
	order []ranked
	ties  []tie
	curve curve
}

func newRanking(all []Prediction) *ranking {
	n := len(all)
	return &ranking{all: all, order: make([]ranked, n), curve: curve{areaPulls: make([]float64, n), averagePulls: make([]float64, n)}}
}

// of ranks by class. What it returns lives until the next call.
func (r *ranking) of(class int) *curve {
	for i := range r.all {
		r.order[i] = ranked{r.all[i].Scores[class], i, r.all[i].Truth == class}
	}
	slices.SortFunc(r.order, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
	r.ties = r.ties[:0]
	var t tie
	for i, s := range r.order {
		if s.positive {
			t.with++
		} else {
			t.without++
		}
		if i+1 == len(r.order) || r.order[i+1].score != s.score {
			t.to, t.withTo, t.withoutTo = i+1, t.withTo+t.with, t.withoutTo+t.without
			r.ties = append(r.ties, t)
			t = tie{from: i + 1, withTo: t.withTo, withoutTo: t.withoutTo}
		}
	}
	r.curve.area = r.area(float64(t.withTo), float64(t.withoutTo))
	r.curve.average = r.average(float64(t.withTo))
	return &r.curve
}

// area under the ROC curve of with samples of the class and without others.
func (r *ranking) area(with, without float64) Metric {
	if with == 0 || without == 0 {
		return Metric{N: len(r.all)}
	}
	sum := 0.0
	for _, t := range r.ties {
		sum += float64(t.with) * (without - float64(t.withoutTo) + float64(t.without)/2)
	}
	m := exactly(sum/with/without, len(r.all), true)
	var spreadWith, spreadWithout float64
	for _, t := range r.ties {
		above := (without-float64(t.withoutTo)+float64(t.without)/2)/without - m.Value
		below := (float64(t.withTo)-float64(t.with)/2)/with - m.Value
		spreadWith += float64(t.with) * above * above
		spreadWithout += float64(t.without) * below * below
		for _, s := range r.order[t.from:t.to] {
			r.curve.areaPulls[s.sample] = below / without
			if s.positive {
				r.curve.areaPulls[s.sample] = above / with
			}
		}
	}
	m = m.sway(spreadWith/with/max(with-1, 1)+spreadWithout/without/max(without-1, 1), 0, 1)
	low, high := areaScore(m.Value, with, without)
	return m.reach(low, high, 0, 1)
}

// average precision of with samples of the class.
func (r *ranking) average(with float64) Metric {
	if with == 0 {
		return Metric{N: len(r.all)}
	}
	sum := 0.0
	for _, t := range r.ties {
		sum += float64(t.with) / with * float64(t.withTo) / float64(t.to)
	}
	m := exactly(sum, len(r.all), true)
	var hit, miss, pulls float64 // what one more above changes at all thresholds from here down
	for _, t := range slices.Backward(r.ties) {
		at := float64(t.with) / with / square(float64(t.to))
		hit, miss = hit+at*float64(t.withoutTo), miss-at*float64(t.withTo)
		own := (float64(t.withTo)/float64(t.to)-m.Value)/with + hit
		pulls += float64(t.with)*own*own + float64(t.without)*miss*miss
		for _, s := range r.order[t.from:t.to] {
			r.curve.averagePulls[s.sample] = miss
			if s.positive {
				r.curve.averagePulls[s.sample] = own
			}
		}
	}
	low, high := score(min(sum, 1), with)
	return m.reach(low, high, 0, 1).sway(pulls, 0, 1)
}

// areaScore is the score interval of an area, under the variance that Hanley and McNeil (1982) found for exponential
// scores with both sides' sizes replaced by their mean (Newcombe 2006, method 5).
func areaScore(area, with, without float64) (low, high float64) {
	more := (with+without)/2 - 1
	outside := func(x float64) bool {
		v := x * (1 - x) / (with * without) * (1 + more*((1-x)/(2-x)+x/(1+x)))
		return square(area-x) > z95*z95*v
	}
	return edge(0, area, outside), edge(1, area, outside)
}

// edge is the end of an interval between from, which is outside or the end itself, and to, which is in it.
func edge(from, to float64, outside func(x float64) bool) float64 {
	for range 60 {
		if at := (from + to) / 2; outside(at) {
			from = at
		} else {
			to = at
		}
	}
	return from
}

// overall is the mean of a class-against-the-rest metric, defined when that of every class is. For its interval, one
// sample moves two classes, the one that it is of and the one that it is taken for; what it moves beyond, the delta method
// sees.
type overall struct {
	parts []part
	pulls []float64
	value float64
}

func (o *overall) add(m Metric, pulls []float64, classes int) {
	w := 1 / float64(classes)
	o.parts = append(o.parts, part{w, m})
	o.value += m.Value
	for i, p := range pulls {
		o.pulls[i] += w * p
	}
}

func (o *overall) metric() Metric {
	m := exactly(o.value/float64(len(o.parts)), len(o.pulls), true)
	for _, p := range o.parts {
		m.Defined = m.Defined && p.Defined
	}
	if !m.Defined {
		return m
	}
	low, high := combine(o.parts, 2)
	sum := 0.0
	for _, p := range o.pulls {
		sum += p * p
	}
	return m.reach(low, high, 0, 1).sway(sum, 0, 1)
}
