"""Trains the keywords model on words spoken by espeak-ng and writes its bundle: python train.py [FOLDER [TESTDATA]].

    python3 -m venv .venv-train
    .venv-train/bin/pip install --no-deps -r examples/keywords/requirements.txt
    apt install espeak-ng
    .venv-train/bin/python examples/keywords/train.py

Takes some five minutes on one core. Two runs give the same bytes (same versions, same kind of CPU, same espeak-ng).
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "examples"))

import bundle  # noqa: E402  (sets the environment before TensorFlow loads)
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import speech  # noqa: E402

SEED, CHANNELS, BLOCKS, EPOCHS, BATCH = 11, 48, 3, 12, 64
KEPT = 4  # held-out clips of each word that are committed as test data


def network() -> tf.keras.Model:
    layers = tf.keras.layers

    def settled():  # few steps: the usual momentum of 0.99 would still remember the start
        return [layers.BatchNormalization(momentum=0.9), layers.ReLU()]

    body = [layers.Conv2D(CHANNELS, (10, 4), strides=(2, 4), padding="same", use_bias=False), *settled()]
    for _ in range(BLOCKS):
        body += [layers.DepthwiseConv2D(3, padding="same", use_bias=False), *settled()]
        body += [layers.Conv2D(CHANNELS, 1, use_bias=False), *settled()]
    head = [layers.GlobalAveragePooling2D(), layers.Dropout(0.2), layers.Dense(len(speech.WORDS), activation="softmax")]
    return tf.keras.Sequential([layers.Input((speech.FRAMES, speech.BANDS, 1)), *body, *head])


def train(x, y) -> tf.keras.Model:
    model = network()
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, EPOCHS * (len(x) // BATCH))
    model.compile(tf.keras.optimizers.Adam(rate), tf.keras.losses.SparseCategoricalCrossentropy())
    rng = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        began, order = time.monotonic(), rng.permutation(len(x))
        loss = [model.train_on_batch(x[i], y[i]) for i in np.split(order[:len(x) // BATCH * BATCH], len(x) // BATCH)]
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {float(loss[-1]):.3f}, {time.monotonic() - began:.0f} s", flush=True)
    return model


def keep(folder: Path, x, y) -> None:
    """Held-out clips, unscaled, as [clips, 49, 41] float32: 40 bands and the word's index; the words interleaved."""
    rows = np.stack([np.flatnonzero(y == k)[:: max(1, int((y == k).sum()) // KEPT)][:KEPT] for k in range(len(speech.WORDS))], 1).ravel()
    column = np.broadcast_to(y[rows, None, None].astype(np.float32), (len(rows), speech.FRAMES, 1))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "heldout.npy", np.concatenate([x[rows], column], 2).astype("<f4"))


def main() -> None:
    bundle.deterministic(SEED)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "examples" / "models" / "keywords" / "1"
    kept = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "testdata" / "keywords"
    rng = np.random.default_rng(SEED)
    x, y = speech.corpus(rng, speech.VOICES_TRAIN, sayings=5, rooms=6)
    xt, yt = speech.corpus(rng, speech.VOICES_TEST, sayings=4, rooms=2)
    print(f"{len(x)} clips to train on, {len(xt)} held out", flush=True)
    mean = x.mean((0, 1)).astype(np.float64).round(4)
    std = x.std((0, 1)).astype(np.float64).round(4)

    def scaled(v):
        return ((v - mean) / std).astype(np.float32)[..., None]

    model = train(scaled(x), y)
    tflite = bundle.to_int8(model, scaled(x[:: len(x) // 300]))
    oracle, plain = bundle.Oracle(tflite), bundle.Oracle(tflite, plain=True)
    q = oracle.quantise(scaled(xt))
    found, found_plain = oracle.run(q), plain.run(q)
    steps = int(np.abs(found.astype(int) - found_plain).max())
    scores = {"xnnpack": float((found.argmax(1) == yt).mean()), "plain": float((found_plain.argmax(1) == yt).mean())}
    golden = [(q[r].tobytes(), found[r].tobytes()) for r in bundle.golden_rows(found, yt, steps)[1::2]]  # the least sure of each word
    manifest = describe(oracle, mean, std, tolerance=steps + 1)
    bundle.write(out, manifest, tflite, speech.WORDS, golden, card(model, tflite, len(x), scores, steps, found, yt))
    keep(kept, xt, yt)
    print(f"held out: {scores['xnnpack']:.3f}; plain kernels {scores['plain']:.3f}, {steps} steps apart at most; {microseconds(oracle, q):.1f} us")


def microseconds(oracle, q) -> float:
    times = []
    for one in np.resize(q, (2000,) + q.shape[1:]):
        oracle.runtime.set_tensor(oracle.input["index"], one[None])
        began = time.perf_counter()
        oracle.runtime.invoke()
        times.append(time.perf_counter() - began)
    return float(np.median(times)) * 1e6


def describe(oracle, mean, std, tolerance: int) -> dict:
    espeak = subprocess.run(["espeak-ng", "--version"], check=True, capture_output=True, text=True).stdout
    return {
        "format": 1,
        "name": "keywords",
        "version": 1,
        "engine": {"name": "tflite", "min": "2.12.0"},
        "inputs": [bundle.tensor(oracle.input, "log-mel features", "1")],
        "outputs": [bundle.tensor(oracle.output, "probability", "1")],
        "source": {"channels": [{"name": f"mel{i:02d}", "unit": "1"} for i in range(speech.BANDS)], "rate_hz": speech.RATE / speech.STEP},
        "window": {"length": speech.FRAMES, "hop": speech.FRAMES},
        "preprocess": [{"step": "scale", "mean": mean.tolist(), "std": std.tolist()}],
        "decide": {"threshold": 0.6, "hold": 1},
        "golden": {"file": "golden.cbor", "tolerance_steps": tolerance},
        "labels": "labels.txt",
        "licence": "Apache-2.0",
        "provenance": {
            "dataset": "words spoken by " + espeak.split("  ")[0].strip(),
            "code": "examples/keywords/train.py",
            "seed": str(SEED),
            "trainer": f"tensorflow {tf.__version__}",
        },
    }


def card(model, tflite, clips, scores, steps, found, truth) -> str:
    matrix = bundle.confusion(speech.WORDS, truth, found.argmax(1))
    return f"""# keywords 1

Which of eight words was spoken: {", ".join(speech.WORDS)}. Input: log-mel features of one second at 16 kHz,
{speech.FRAMES} frames of {speech.BANDS} bands, one frame every 20 ms. The exact formula is in `examples/keywords/speech.py`:

> {speech.__doc__.split("bands]:")[1].strip().replace(chr(10), chr(10) + "> ")}

| | |
|---|---|
| network | depthwise-separable CNN, {BLOCKS} blocks of {CHANNELS} channels: {model.count_params()} parameters |
| form | full int8, one scale per dense layer (right on runtimes before 2.12 too), {len(tflite)} bytes |
| trained on | {clips} clips by {len(speech.VOICES_TRAIN)} espeak-ng voices, random accent, speed, pitch, place, echo, noise 5 to 30 dB below |
| held out | {scores["xnnpack"]:.3f} of {len(truth)} clips by {len(speech.VOICES_TEST)} voices that training never heard |
| plain kernels against XNNPACK | at most {steps} quantisation steps over all held-out clips; accuracy {scores["plain"]:.3f} |

Held-out clips, as the int8 model decides them in the Python runtime:

{bundle.matrix_text(speech.WORDS, matrix)}
Made by `examples/keywords/train.py` with seed {SEED}: two runs with the same versions of everything, espeak-ng included, on
the same kind of CPU give the same bytes.

Limits: no person has spoken a word of this. It measures speed and proves the path; it is not a product's keyword model. It
knows neither silence nor other words: each of them gets one of the eight labels.
"""


if __name__ == "__main__":
    main()
