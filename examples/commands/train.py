"""Trains the commands model, which listens to a microphone, and writes its bundle: python train.py [FOLDER].

    python3 -m venv .venv-train
    .venv-train/bin/pip install --no-deps -r examples/keywords/requirements.txt
    apt install espeak-ng
    .venv-train/bin/python examples/commands/train.py

The words of examples/keywords, and "none": silence, noise, other words, and words that are cut off. Sound enters the
model's steps (mel, log, scale: docs/preprocess.md), so that a source of raw samples can be used as it is. Takes some ten
minutes on one core. Two runs give the same bytes (same versions, same kind of CPU, same espeak-ng).
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "examples"), str(ROOT / "examples" / "keywords")]

import bundle  # noqa: E402  (sets the environment before TensorFlow loads)
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import speech  # noqa: E402
import train as keywords  # noqa: E402

SEED, EPOCHS = 23, 15
LABELS = [*speech.WORDS, "none"]
NONE = len(speech.WORDS)
OTHERS = [
    "hello", "water", "seven", "table", "green", "music", "window", "five", "house", "bird", "open", "morning",
    "paper", "three", "dog", "happy", "light", "number", "sheila", "cat", "marvin", "tree", "eight", "backward",
]
RATE, POINTS, STEP, BANDS, FLOOR, EPS = speech.RATE, 512, 320, 40, 20, 1e-3
MEL = {
    "step": "mel", "rate_hz": RATE, "n_fft": POINTS, "hop_samples": STEP, "n_mels": BANDS, "fmin_hz": FLOOR, "fmax_hz": 7600,
    "scale": "htk", "norm": "none", "center": False,
}


def features(x: np.ndarray, bands=speech.mel_bands()) -> np.ndarray:
    """x [16000] -> [49, 40] float32: what the steps mel and log of the manifest give."""
    frames = 1 + (len(x) - POINTS) // STEP
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(POINTS) / POINTS)
    cut = x[np.arange(frames)[:, None] * STEP + np.arange(POINTS)] * hann
    return np.log(np.abs(np.fft.rfft(cut)) ** 2 @ bands + EPS).astype(np.float32)


def heard(rng, word: np.ndarray, start: int) -> np.ndarray:
    """One second in which the word begins at a sample before, in or after it; with an echo, noise and any loudness."""
    x = np.zeros(3 * RATE)
    x[RATE + start:][:len(word)] = word
    delay, damp = rng.integers(100, 1600), rng.uniform(0, 0.4)
    x[delay:] += damp * x[:-delay]
    x = x[RATE:2 * RATE]
    x += np.sqrt((word**2).mean()) * 10 ** (-rng.uniform(8, 40) / 20) * speech.coloured_noise(rng, RATE)
    return x * rng.uniform(0.05, 0.7)


def quiet(rng) -> np.ndarray:
    return speech.coloured_noise(rng, RATE) * 10 ** (-rng.uniform(15, 70) / 20)


def corpus(rng, voices: list, sayings: int, rooms: int):
    """Every word by every voice: whole, cut off by either end of the second, and as many others and none at all."""
    jobs = [
        (k, (word, speech.ACCENTS[rng.integers(len(speech.ACCENTS))] + voice, int(rng.integers(110, 220)), int(rng.integers(20, 80))))
        for k, word in enumerate(speech.WORDS + OTHERS) for voice in voices for _ in range(sayings if k < NONE else 1)
    ]
    with ThreadPoolExecutor() as pool:
        spoken = list(pool.map(lambda job: speech.say(*job[1]), jobs))
    x, y = [], []
    for (k, _), word in zip(jobs, spoken):
        room = max(RATE - len(word), 1)
        for i in range(rooms if k < NONE else rooms // 2):
            x.append(features(heard(rng, word, int(rng.integers(0, room)))))
            y.append(min(k, NONE))
            if i % 4 == 0:  # at most half of it is heard
                part = int(len(word) * rng.uniform(0.05, 0.5))
                x.append(features(heard(rng, word, int(rng.choice([part - len(word), RATE - part])))))
                y.append(NONE)
    for _ in range(len(jobs) * rooms // 20):
        x.append(features(quiet(rng)))
        y.append(NONE)
    return np.stack(x), np.array(y)


def main() -> None:
    bundle.deterministic(SEED)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "examples" / "models" / "commands" / "1"
    rng = np.random.default_rng(SEED)
    x, y = corpus(rng, speech.VOICES_TRAIN, sayings=10, rooms=6)
    xt, yt = corpus(rng, speech.VOICES_TEST, sayings=4, rooms=3)
    print(f"{len(x)} clips to train on, {len(xt)} held out", flush=True)
    mean = x.mean((0, 1)).astype(np.float64).round(4)
    std = x.std((0, 1)).astype(np.float64).round(4)

    def scaled(v):
        return ((v - mean) / std).astype(np.float32)[..., None]

    speech.WORDS, keywords.SEED, keywords.EPOCHS = LABELS, SEED, EPOCHS  # the network has an output for each label
    model = keywords.train(scaled(x), y)
    tflite = bundle.to_int8(model, scaled(x[:: len(x) // 300]))
    oracle, plain = bundle.Oracle(tflite), bundle.Oracle(tflite, plain=True)
    q = oracle.quantise(scaled(xt))
    found, found_plain = oracle.run(q), plain.run(q)
    steps = int(np.abs(found.astype(int) - found_plain).max())
    score = float((found.argmax(1) == yt).mean())
    golden = [(q[r].tobytes(), found[r].tobytes()) for r in bundle.golden_rows(found, yt, steps)[1::2]]  # the least sure of each label
    manifest = describe(oracle, mean, std, tolerance=steps + 1)
    bundle.write(out, manifest, tflite, LABELS, golden, card(model, tflite, len(x), score, steps, found, yt))
    print(f"held out: {score:.3f}; {steps} steps apart at most")


def describe(oracle, mean, std, tolerance: int) -> dict:
    m = keywords.describe(oracle, mean, std, tolerance)
    m["name"], m["inputs"] = "commands", [bundle.tensor(oracle.input, "log-mel features", "1")]
    m["source"] = {"channels": [{"name": "mic", "unit": "1"}], "rate_hz": RATE}
    m["window"] = {"length": RATE, "hop": RATE // 5}
    m["preprocess"] = [MEL, {"step": "log", "eps": EPS}, *m["preprocess"]]
    m["decide"] = {"threshold": 0.6, "hold": 2}
    m["provenance"] |= {"code": "examples/commands/train.py", "seed": str(SEED)}
    return m


def card(model, tflite, clips, score, steps, found, truth) -> str:
    matrix = bundle.confusion(LABELS, truth, found.argmax(1))
    return f"""# commands 1

Which of eight words a microphone hears, or none of them: {", ".join(LABELS)}. One second of sound at 16 kHz, five times a
second; the mel bands are made by the steps of the manifest.

| | |
|---|---|
| network | depthwise-separable CNN, {keywords.BLOCKS} blocks of {keywords.CHANNELS} channels: {model.count_params()} parameters |
| form | full int8, one scale per dense layer, {len(tflite)} bytes |
| trained on | {clips} clips by {len(speech.VOICES_TRAIN)} espeak-ng voices, random accent, speed, pitch, place, echo, noise 8 to 40 dB below |
| none is | noise, {len(OTHERS)} other words, and words of which at most half is heard |
| held out | {score:.3f} of {len(truth)} clips by {len(speech.VOICES_TEST)} voices that training never heard |
| plain kernels against XNNPACK | at most {steps} quantisation steps over all held-out clips |

Held-out clips, as the int8 model decides them in the Python runtime:

{bundle.matrix_text(LABELS, matrix)}
Made by `examples/commands/train.py` with seed {SEED}: two runs with the same versions of everything, espeak-ng included, on
the same kind of CPU give the same bytes. `make test-hw` has a voice speak to it through a sound card.

Limits: no person has spoken a word of this. It proves the path from a microphone to a decision; it is not a product's
model.
"""


if __name__ == "__main__":
    main()
