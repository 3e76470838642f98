package main

import (
	"slices"

	"github.com/dunlin-iot/dunlin/models/evaluate"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// guessedLogits stands in a report whose model was taken for one of logits, though its manifest does not say so.
const guessedLogits = "guessed logits"

// probabilities makes shares of a model's scores, which sum to one, and says what it took the scores for: what the
// manifest says of them; where it does not say, for logits when any of the set is below zero, which no probability is. A
// model's windows are treated alike: some logits of a window may all be above zero.
func probabilities(all []evaluate.Prediction, stated string) (taken string) {
	taken = stated
	if stated == "" {
		taken = manifest.Probabilities
		if slices.ContainsFunc(all, func(p evaluate.Prediction) bool { return slices.Min(p.Scores) < 0 }) {
			taken = guessedLogits
		}
	}
	for _, p := range all {
		if taken == manifest.Probabilities {
			shares(p.Scores)
		} else {
			manifest.FromLogits(p.Scores)
		}
	}
	return taken
}

// shares divides scores by their sum; one that rounding has put below zero counts as zero.
func shares(scores []float64) {
	sum := 0.0
	for i, v := range scores {
		scores[i] = max(v, 0)
		sum += scores[i]
	}
	for i := range scores {
		if scores[i] /= sum; sum == 0 {
			scores[i] = 1 / float64(len(scores))
		}
	}
}

// scoresText says for people what was done to the scores.
func (a *acceptance) scoresText() string {
	switch a.Scores {
	case manifest.Logits:
		return "logits, as the manifest says: softmax makes probabilities of them, here and in a pipeline"
	case guessedLogits:
		return "some are below zero, and the manifest does not say what they are: taken for logits here, while a pipeline compares them with its threshold as they stand; say scores: logits in $.outputs[0] and pack the model anew"
	}
	return "probabilities, divided by their sum here"
}
