"""What the training examples share: full int8 conversion, the Python runtime as oracle, and the bundle folder.

A bundle folder is <name>/<version>/ with manifest.json, model.tflite, labels.txt, golden.cbor and card.md;
models/manifest is the reader and says what each field means.
"""

import hashlib
import json
import os
import re
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # its kernels choose their order of summation by what the CPU offers
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import cbor2  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from ai_edge_litert.interpreter import Interpreter, OpResolverType  # noqa: E402


def deterministic(seed: int) -> None:
    """One thread and ordered kernels: the same versions on the same kind of CPU give the same bytes."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def to_int8(model, sample: np.ndarray) -> bytes:
    """Full int8 with batch 1; sample [n, ...] float32 sets the ranges."""
    one = tf.keras.Sequential([tf.keras.layers.Input(sample.shape[1:], batch_size=1), *model.layers])
    conv = tf.lite.TFLiteConverter.from_keras_model(one)
    conv.optimizations = [tf.lite.Optimize.DEFAULT]
    conv.representative_dataset = lambda: ([s[None]] for s in sample)
    conv.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    conv.inference_input_type = tf.int8
    conv.inference_output_type = tf.int8
    # Runtimes before 2.12 ignore per-channel scales of dense layers without an error: the scores come out wrong.
    conv._experimental_disable_per_channel_quantization_for_dense_layers = True
    return conv.convert()


class Oracle:
    """The Python runtime on one model: as shipped (it applies XNNPACK), or with plain kernels."""

    def __init__(self, model: bytes, plain: bool = False):
        kind = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if plain else OpResolverType.AUTO
        self.runtime = Interpreter(model_content=model, num_threads=1, experimental_op_resolver_type=kind)
        self.runtime.allocate_tensors()
        (self.input,) = self.runtime.get_input_details()
        (self.output,) = self.runtime.get_output_details()

    def quantise(self, x: np.ndarray) -> np.ndarray:
        """The agent's rule: round half away from zero, in float32, then saturate."""
        scale, zero = self.input["quantization"]
        steps = x.astype(np.float32) / np.float32(scale)
        steps = np.trunc(steps + np.copysign(np.float32(0.5), steps))
        return np.clip(steps + zero, -128, 127).astype(np.int8)

    def run(self, q: np.ndarray) -> np.ndarray:
        """q [n, ...] int8 -> outputs [n, classes] int8."""
        out = []
        for one in q:
            self.runtime.set_tensor(self.input["index"], one[None])
            self.runtime.invoke()
            out.append(self.runtime.get_tensor(self.output["index"])[0].copy())
        return np.asarray(out)


def tensor(details: dict, name: str, unit: str) -> dict:
    scale, zero = details["quantization"]
    return {
        "name": name,
        "type": np.dtype(details["dtype"]).name,
        "shape": [int(d) for d in details["shape"]],
        "scale": float(scale),
        "zero_point": int(zero),
        "unit": unit,
    }


def golden_rows(out: np.ndarray, truth: np.ndarray, steps: int) -> list:
    """Per class the surest and the least sure window that is right by a margin no rounding can turn.

    out [n, classes] int8 outputs, truth [n]; steps is how far two correct runtimes were seen apart. Sure windows alone
    would prove little: a saturated softmax hides wrong arithmetic.
    """
    out = out.astype(int)
    best = np.sort(out, axis=1)
    margin = np.where(out.argmax(1) == truth, best[:, -1] - best[:, -2], -1)
    rows = []
    for k in range(out.shape[1]):
        own = np.flatnonzero((truth == k) & (margin > 2 * steps + 4))
        own = own[np.argsort(margin[own], kind="stable")]
        rows += [int(own[-1]), int(own[0])]
    return rows


def confusion(labels: list, truth, found) -> list:
    """Rows are the truth, columns what the model says; both index labels."""
    m = np.zeros((len(labels), len(labels)), int)
    for t, f in zip(truth, found):
        m[t, f] += 1
    return m.tolist()


def matrix_text(labels: list, m: list) -> str:
    head = "| is \\ said | " + " | ".join(labels) + " |\n|---|" + "---:|" * len(labels) + "\n"
    return head + "".join(f"| {n} | " + " | ".join(map(str, r)) + " |\n" for n, r in zip(labels, m))


def pretty(value) -> str:
    """JSON with innermost lists and objects on one line."""
    text = json.dumps(value, indent=2)
    inner = re.compile(r"([\[{])\s+([^\[\]{}]*?)\s+([\]}])")
    return inner.sub(lambda m: m[1] + re.sub(r"\s*\n\s*", " ", m[2]) + m[3] if len(m[0]) < 400 else m[0], text) + "\n"


def write(folder: Path, manifest: dict, model: bytes, labels: list, golden: list, card: str) -> None:
    """golden is a list of (input bytes, output bytes): raw tensors in the model's order and layout."""
    vectors = [{"inputs": [i], "outputs": [o]} for i, o in golden]
    files = {
        "model.tflite": model,
        "labels.txt": "".join(f"{n}\n" for n in labels).encode(),
        "golden.cbor": cbor2.dumps(vectors, canonical=True),
        "card.md": card.encode(),
    }
    manifest["files"] = {n: hashlib.sha256(b).hexdigest() for n, b in files.items()}
    files["manifest.json"] = pretty(manifest).encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    print(f"{folder}: " + ", ".join(f"{n} {len(b)} B" for n, b in files.items()))
