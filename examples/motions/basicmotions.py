"""The BasicMotions recordings as they lie inside the installed `aeon` package (nothing of aeon is imported)."""

import importlib.util
from pathlib import Path

import numpy as np

CHANNELS = ["ax", "ay", "az", "gx", "gy", "gz"]
# The data set states no units. These are inferred: the gyroscope's peaks in badminton (35) and the accelerometer's in
# running (29) fit rad/s and m/s2 and no other usual unit; means near zero while standing say that gravity is removed.
UNITS = ["m/s2", "m/s2", "m/s2", "rad/s", "rad/s", "rad/s"]
LABELS = ["standing", "running", "walking", "badminton"]
RATE_HZ = 10
SAMPLES = 100


def folder() -> Path:
    spec = importlib.util.find_spec("aeon")
    if spec is None:
        raise SystemExit("no package aeon: pip install --no-deps -r examples/motions/requirements.txt")
    return Path(spec.origin).parent / "datasets" / "data" / "BasicMotions"


def load(part: str):
    """part "train" or "test" -> x [recordings, 100 samples, 6 channels] float32, labels (list of str), in file order."""
    x, labels = [], []
    for line in (folder() / f"BasicMotions_{part.upper()}.ts").read_text().splitlines():
        if not line or line[0] in "#@":
            continue
        *dims, label = line.split(":")
        x.append([[float(v) for v in d.split(",")] for d in dims])
        labels.append(label.strip().lower())
    x = np.asarray(x, np.float32).transpose(0, 2, 1)
    if x.shape != (40, SAMPLES, len(CHANNELS)) or set(labels) != set(LABELS):
        raise SystemExit(f"BasicMotions {part}: unexpected form {x.shape} {sorted(set(labels))}")
    return x, labels


def text_rows(part: str):
    """Like load, but the numbers stay the text of the file: [(label, [dimension][sample] str)]."""
    for line in (folder() / f"BasicMotions_{part.upper()}.ts").read_text().splitlines():
        if line and line[0] not in "#@":
            *dims, label = line.split(":")
            yield label.strip().lower(), [d.split(",") for d in dims]
