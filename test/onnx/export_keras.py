"""Trains a small Keras network on waves, exports it with tf2onnx and writes its own predictions beside it.

Needs test/onnx/keras.txt: TensorFlow, more than a gigabyte installed, which is why the result is committed to
testdata/onnx and no test runs this. Run: python test/onnx/export_keras.py
"""

import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf
import tf2onnx

HERE = pathlib.Path(__file__).parent.parent.parent / "testdata" / "onnx"
SAMPLES, LENGTH, CLASSES = 200, 32, 3


def waves(n, random):
    """Sine, square and noise with random phase and frequency; channels last, as Keras has it."""
    t = np.arange(LENGTH) / LENGTH
    label = random.integers(0, CLASSES, n)
    phase = 2 * np.pi * (random.uniform(1, 4, (n, 1)) * t + random.uniform(0, 1, (n, 1)))
    x = np.where(label[:, None] == 1, np.sign(np.sin(phase)), np.sin(phase))
    x[label == 2] = random.standard_normal((np.sum(label == 2), LENGTH))
    return (x + 0.1 * random.standard_normal(x.shape)).astype("f")[..., None], label


def main():
    keras.utils.set_random_seed(7)
    random = np.random.default_rng(7)
    k = keras.layers
    net = keras.Sequential([
        k.Input((LENGTH, 1)), k.Conv1D(8, 5, padding="same"), k.BatchNormalization(), k.ReLU(), k.MaxPooling1D(2),
        k.LSTM(12), k.Dense(CLASSES, activation="softmax"),
    ])
    net.compile("adam", "sparse_categorical_crossentropy")
    net.fit(*waves(4096, random), epochs=8, verbose=0)

    @tf.function(input_signature=[tf.TensorSpec([None, LENGTH, 1], tf.float32, "wave")])
    def scores(wave):
        return {"scores": net(wave, training=False)}

    tf2onnx.convert.from_function(scores, input_signature=scores.input_signature, opset=17, output_path=str(HERE / "keras_waves.onnx"))
    x, y = waves(SAMPLES, random)
    out = net.predict(x, verbose=0)
    print("accuracy", np.mean(out.argmax(1) == y))
    x.tofile(HERE / "keras_waves.in.f32")
    out.tofile(HERE / "keras_waves.out.f32")


main()
