"""Writes the TEST part of BasicMotions as CSV, one file per recording: python recordings.py [FOLDER].

The training part never lands in the repository: what the demo and the tests replay was not seen by training.
File names interleave the activities, so that a short replay in order of names shows all of them.
"""

import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import basicmotions as bm

ORIGIN = "BasicMotions_TEST.ts in the PyPI package aeon {v}; from the UEA multivariate time series archive"


def table(dims) -> str:
    head = ",".join(["t[s]"] + [f"{n}[{u}]" for n, u in zip(bm.CHANNELS, bm.UNITS)])
    rows = (",".join([f"{i / bm.RATE_HZ:.1f}"] + [d[i] for d in dims]) for i in range(bm.SAMPLES))
    return "\n".join([head, *rows]) + "\n"


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "testdata" / "recordings"
    out.mkdir(parents=True, exist_ok=True)
    by_label = defaultdict(list)
    for row, (label, dims) in enumerate(bm.text_rows("test")):
        by_label[label].append((row, dims))
    number = 0
    for turn in range(10):
        for label in bm.LABELS:
            row, dims = by_label[label][turn]
            head = {
                "label": label,
                "rate_hz": bm.RATE_HZ,
                "part": "test",
                "origin": ORIGIN.format(v=version("aeon")) + f"; row {row} counted from 0",
                "units": "inferred from the magnitudes, the data set states none; gravity is removed",
            }
            text = "".join(f"# {k}: {v}\n" for k, v in head.items()) + table(dims)
            (out / f"{number:02d}-{label}.csv").write_text(text)
            number += 1
    print(f"{number} recordings in {out}")


if __name__ == "__main__":
    main()
