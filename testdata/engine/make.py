"""Makes the small models of the engine tests, and their golden inputs and outputs.

Needs tensorflow==2.21.* and ai-edge-litert==2.* from PyPI. Run: python testdata/engine/make.py
The models are committed, so that no test needs Python. Expected outputs come from the Python runtime, not from Dunlin.
"""

import base64
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

HERE = pathlib.Path(__file__).parent
RANDOM = np.random.default_rng(7)


def conv():
    """A depthwise-separable CNN on 12x10x1 with 4 classes: what XNNPACK takes as int8."""
    tf.keras.utils.set_random_seed(7)
    k = tf.keras.layers
    return tf.keras.Sequential([
        k.Input((12, 10, 1), batch_size=1),
        k.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
        k.DepthwiseConv2D(3, padding="same", activation="relu"),
        k.Conv2D(8, 1, activation="relu"),
        k.GlobalAveragePooling2D(),
        k.Dense(4, activation="softmax"),
    ])


def int8(model, shape, per_channel_dense=False):
    c = tf.lite.TFLiteConverter.from_keras_model(model)
    c.optimizations = [tf.lite.Optimize.DEFAULT]
    c.representative_dataset = lambda: ([RANDOM.standard_normal(shape).astype("f")] for _ in range(64))
    c.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    c.inference_input_type = c.inference_output_type = tf.int8
    c._experimental_disable_per_channel_quantization_for_dense_layers = not per_channel_dense
    return c.convert()


def function(f, *specs, custom=False):
    concrete = tf.function(f, input_signature=specs).get_concrete_function()
    c = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    c.allow_custom_ops = custom
    return c.convert()


def two_by_two(a, b):
    """Two inputs and two outputs of different shapes and types."""
    w = tf.constant(RANDOM.standard_normal((6, 3)).astype("f"))
    return tf.linalg.matmul(a, w), tf.cast(b * 2 + 1, tf.int32)


def models():
    spec = tf.TensorSpec
    cnn = conv()
    yield "conv_int8", int8(cnn, (1, 12, 10, 1)), True
    yield "conv_float", tf.lite.TFLiteConverter.from_keras_model(cnn).convert(), True
    yield "dense_per_channel", int8(cnn, (1, 12, 10, 1), per_channel_dense=True), True
    yield "two_by_two", function(two_by_two, spec([2, 6], tf.float32), spec([3], tf.int32)), True
    yield "custom_op", function(lambda x: tf.math.betainc(x, x, x), spec([4], tf.float32), custom=True), False
    yield "strings", function(lambda s: tf.gather(s, [1, 0]), spec([2], tf.string)), False
    yield "dynamic_input", function(lambda x: x * 2.0, spec([None, None, 6], tf.float32)), False
    yield "dynamic_output", function(lambda x: tf.where(x > 0.0), spec([8], tf.float32)), False


def golden(blob, seed, n=4):
    """n runs with random inputs through the Python runtime: [{inputs: [base64], outputs: [base64]}]."""
    r = np.random.default_rng(seed)
    i = Interpreter(model_content=blob, num_threads=1)
    i.allocate_tensors()
    runs = []
    for _ in range(n):
        run = {"inputs": [], "outputs": []}
        for d in i.get_input_details():
            x = r.standard_normal(d["shape"]) if d["dtype"] == np.float32 else r.integers(-100, 100, d["shape"])
            x = x.astype(d["dtype"])
            i.set_tensor(d["index"], x)
            run["inputs"].append(base64.b64encode(x.tobytes()).decode())
        i.invoke()
        for d in i.get_output_details():
            run["outputs"].append(base64.b64encode(i.get_tensor(d["index"]).tobytes()).decode())
        runs.append(run)
    return runs


def form(details):
    return [{
        "name": d["name"], "type": np.dtype(d["dtype"]).name, "shape": d["shape"].tolist(),
        "scale": float(d["quantization"][0]), "zero_point": int(d["quantization"][1]),
    } for d in details]


def main():
    facts = {}
    for seed, (name, blob, runs) in enumerate(models()):
        (HERE / (name + ".tflite")).write_bytes(blob)
        if runs:
            i = Interpreter(model_content=blob)
            facts[name] = {"inputs": form(i.get_input_details()), "outputs": form(i.get_output_details()),
                           "runs": golden(blob, seed)}
    (HERE / "golden.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
