"""Trains the motions model on the TRAIN part of BasicMotions and writes its bundle: python train.py [FOLDER].

    python3 -m venv .venv-train
    .venv-train/bin/pip install --no-deps -r examples/motions/requirements.txt
    .venv-train/bin/python examples/motions/train.py

Takes about a minute on one core. Two runs give the same bytes (same versions, same kind of CPU).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import bundle  # noqa: E402  (sets the environment before TensorFlow loads)
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import basicmotions as bm  # noqa: E402

SEED, LENGTH, HOP = 7, 50, 5
EPOCHS, STEPS, BATCH = 40, 25, 64


def network() -> tf.keras.Model:
    layers = tf.keras.layers
    return tf.keras.Sequential([
        layers.Input((LENGTH, 6)),
        layers.Reshape((LENGTH, 1, 6)),
        layers.Conv2D(16, (5, 1), padding="same", activation="relu"),
        layers.Conv2D(24, (5, 1), strides=(2, 1), padding="same", activation="relu"),
        layers.Conv2D(32, (5, 1), strides=(2, 1), padding="same", activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dropout(0.3),
        layers.Dense(len(bm.LABELS), activation="softmax"),
    ])


def turn(rng, n: int) -> np.ndarray:
    """n rotations by a normal angle of 0.25 rad about a random axis: a strap never sits the same way twice."""
    axis = rng.normal(size=(n, 3))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    angle = rng.normal(scale=0.25, size=(n, 1, 1))
    k = np.zeros((n, 3, 3))
    k[:, 0, 1], k[:, 0, 2], k[:, 1, 2] = -axis[:, 2], axis[:, 1], -axis[:, 0]
    k -= k.transpose(0, 2, 1)
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)  # Rodrigues


def augmented(rng, x: np.ndarray, y: np.ndarray, mean, std):
    """One batch: random windows, another strap, another vigour, sensor noise; standardised."""
    pick = rng.integers(len(x), size=BATCH)
    start = rng.integers(x.shape[1] - LENGTH + 1, size=BATCH)
    w = np.stack([x[p, s:s + LENGTH] for p, s in zip(pick, start)])
    r = turn(rng, BATCH)
    w = np.concatenate([w[..., :3] @ r.transpose(0, 2, 1), w[..., 3:] @ r.transpose(0, 2, 1)], axis=2)
    w = w * rng.uniform(0.8, 1.25, (BATCH, 1, 1))
    z = (w - mean) / std + rng.normal(scale=0.05, size=w.shape)
    return z.astype(np.float32), y[pick]


def train(x, y, mean, std) -> tf.keras.Model:
    model = network()
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, EPOCHS * STEPS)
    model.compile(tf.keras.optimizers.Adam(rate), tf.keras.losses.SparseCategoricalCrossentropy())
    rng = np.random.default_rng(SEED)
    for _ in range(EPOCHS * STEPS):
        model.train_on_batch(*augmented(rng, x, y, mean, std))
    return model


def windows(x: np.ndarray) -> np.ndarray:
    """Every window at the bundle's hop: [recordings, windows, LENGTH, 6]."""
    starts = range(0, x.shape[1] - LENGTH + 1, HOP)
    return np.stack([x[:, s:s + LENGTH] for s in starts], axis=1)


def evaluate(oracle, x, truth) -> dict:
    """x [recordings, windows, LENGTH, 6], standardised. A recording's class is that of its summed probabilities."""
    out = oracle.run(oracle.quantise(x.reshape(-1, LENGTH, 6))).reshape(len(x), x.shape[1], -1).astype(int)
    by_window, by_recording = out.argmax(2), out.sum(1).argmax(1)
    return {
        "out": out,
        "windows": float((by_window == truth[:, None]).mean()),
        "recordings": float((by_recording == truth).mean()),
        "matrix": bundle.confusion(bm.LABELS, np.repeat(truth, x.shape[1]), by_window.ravel()),
    }


def main() -> None:
    bundle.deterministic(SEED)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "models" / "motions" / "1"
    (x, labels), (xt, labels_t) = bm.load("train"), bm.load("test")
    y, yt = (np.array([bm.LABELS.index(n) for n in part]) for part in (labels, labels_t))
    mean = x.mean((0, 1)).astype(np.float64).round(4)
    std = x.std((0, 1)).astype(np.float64).round(4)
    model = train(x, y, mean, std)

    held = ((windows(xt) - mean) / std).astype(np.float32)
    tflite = bundle.to_int8(model, ((windows(x) - mean) / std).astype(np.float32).reshape(-1, LENGTH, 6))
    oracle, plain = bundle.Oracle(tflite), bundle.Oracle(tflite, plain=True)
    found, found_plain = evaluate(oracle, held, yt), evaluate(plain, held, yt)
    steps = int(np.abs(found["out"] - found_plain["out"]).max())
    if found["recordings"] < 0.95:
        raise SystemExit(f"held-out accuracy by recording {found['recordings']:.3f} is below 0.95")

    every = oracle.quantise(held.reshape(-1, LENGTH, 6))
    rows = bundle.golden_rows(found["out"].reshape(len(every), -1), np.repeat(yt, held.shape[1]), steps)
    q = every[rows]
    golden = [(i.tobytes(), o.tobytes()) for i, o in zip(q, oracle.run(q))]
    manifest = describe(oracle, mean, std, tolerance=steps + 1)
    bundle.write(out, manifest, tflite, bm.LABELS, golden, card(model, tflite, found, found_plain, steps))
    print(f"held out: {found['recordings']:.3f} by recording, {found['windows']:.3f} by window; plain kernels differ by <= {steps} steps")


def describe(oracle, mean, std, tolerance: int) -> dict:
    return {
        "format": 1,
        "name": "motions",
        "version": 1,
        "engine": {"name": "tflite", "min": "2.12.0"},
        "inputs": [bundle.tensor(oracle.input, "window", "1")],
        "outputs": [bundle.tensor(oracle.output, "probability", "1")],
        "source": {"channels": [{"name": n, "unit": u} for n, u in zip(bm.CHANNELS, bm.UNITS)], "rate_hz": bm.RATE_HZ},
        "window": {"length": LENGTH, "hop": HOP},
        "preprocess": [{"step": "scale", "mean": mean.tolist(), "std": std.tolist()}],
        "decide": {"threshold": 0.6, "hold": 2},
        "golden": {"file": "golden.cbor", "tolerance_steps": tolerance},
        "labels": "labels.txt",
        "licence": "Apache-2.0",
        "provenance": {
            "dataset": "BasicMotions, TRAIN part, from the PyPI package aeon 1.6.0",
            "code": "examples/motions/train.py",
            "seed": str(SEED),
            "trainer": f"tensorflow {tf.__version__}",
        },
    }


def card(model, tflite, found, found_plain, steps) -> str:
    return f"""# motions 1

Which of four activities a wrist is doing, from a smart watch's accelerometer (m/s2, gravity removed) and gyroscope (rad/s)
at 10 Hz. Windows of {LENGTH} samples (5 s), one every {HOP} samples. Labels: {", ".join(bm.LABELS)}.

| | |
|---|---|
| network | 3 convolutions over time, mean, dense: {model.count_params()} parameters |
| form | full int8, one scale per dense layer (right on runtimes before 2.12 too), {len(tflite)} bytes |
| trained on | BasicMotions TRAIN part, 40 recordings of 10 s, with turned straps, changed vigour and noise |
| held out, by recording | {found["recordings"]:.3f} of 40 recordings (summed probabilities of 11 windows) |
| held out, by window | {found["windows"]:.3f} of {sum(map(sum, found["matrix"]))} windows |
| plain kernels against XNNPACK | at most {steps} quantisation steps over all held-out windows; by recording {found_plain["recordings"]:.3f}, by window {found_plain["windows"]:.3f} |

Held-out windows, as the int8 model decides them in the Python runtime:

{bundle.matrix_text(bm.LABELS, found["matrix"])}
Made by `examples/motions/train.py` with seed {SEED}: two runs with the same versions on the same kind of CPU give the same bytes.

Limits: the data set does not say which student made which recording, so the same people may be in both parts. A recording
starts with a transient of the watch. Four people, one watch, four activities: anything else gets one of these labels too.
"""


if __name__ == "__main__":
    main()
