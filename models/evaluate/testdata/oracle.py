"""What scikit-learn says of random predictions: reads cases as JSON lines, writes one JSON line of numbers for each.

Undefined values are null: where scikit-learn warns and puts 0 or nan in their place.
"""
import json
import sys
import warnings
from multiprocessing import Pool

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.exceptions import UndefinedMetricWarning


def defined(function, *args, **kwargs):
    """The value and whether scikit-learn calls it ill-defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", UndefinedMetricWarning)
        try:
            value = float(function(*args, **kwargs))
            return value if np.isfinite(value) else None
        except UndefinedMetricWarning:
            return None


def case(line):
    warnings.simplefilter("ignore")
    c = json.loads(line)
    truth, scores = np.array(c["truth"]), np.array(c["scores"])
    k = scores.shape[1]
    said = scores.argmax(axis=1)
    out = {
        "accuracy": metrics.accuracy_score(truth, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, said),
        "mcc": metrics.matthews_corrcoef(truth, said),
        "confusion": metrics.confusion_matrix(truth, said, labels=range(k)).tolist(),
        "log_loss": metrics.log_loss(truth, scores, labels=range(k)),
    }
    for average in ("macro", "micro", "weighted"):
        p, r, f, _ = metrics.precision_recall_fscore_support(truth, said, average=average, zero_division=0)
        out["precision_" + average], out["recall_" + average], out["f1_" + average] = p, r, f
    p, r, f, _ = metrics.precision_recall_fscore_support(truth, said, labels=range(k), zero_division=0)
    out["precision"], out["recall"], out["f1"] = p.tolist(), r.tolist(), f.tolist()
    out["roc_auc"] = [defined(metrics.roc_auc_score, truth == i, scores[:, i]) for i in range(k)]
    out["average_precision"] = [
        metrics.average_precision_score(truth == i, scores[:, i]) if (truth == i).any() else None for i in range(k)
    ]
    # The mean over the classes is defined when all occur; of two classes it is that of the second.
    side = scores[:, 1] if k == 2 else scores
    out["roc_auc_macro"] = defined(metrics.roc_auc_score, truth, side, multi_class="ovr", average="macro", labels=range(k))
    each = truth == 1 if k == 2 else truth[:, None] == np.arange(k)
    out["average_precision_macro"] = metrics.average_precision_score(each, side) if each.any(axis=0).all() else None
    if k == 2:
        out["brier"] = metrics.brier_score_loss(truth == 1, scores[:, 1])
    else:
        out["brier"] = metrics.brier_score_loss(truth, scores, labels=range(k))
    out["ece"] = ece(truth, said, scores)
    return json.dumps({key: float(v) if isinstance(v, np.floating) else v for key, v in out.items()})


def ece(truth, said, scores):
    """Fifteen bins of equal mass, the larger ones first: numpy's array_split."""
    confidence, right = scores.max(axis=1), truth == said
    order = np.argsort(confidence, kind="stable")
    bins = [b for b in np.array_split(order, 15) if len(b)]
    return sum(len(b) / len(order) * abs(confidence[b].mean() - right[b].mean()) for b in bins)


if __name__ == "__main__":
    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)  # the cases are valid: half the time
    with open(sys.argv[1]) as lines, open(sys.argv[2], "w") as out, Pool(2) as pool:
        for line in pool.imap(case, lines, chunksize=100):
            out.write(line + "\n")
