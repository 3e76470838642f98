"""Trains a small PyTorch CNN on waves, exports it with torch.onnx and writes its own predictions beside it.

Needs test/onnx/torch.txt: PyTorch, half a gigabyte and more with its GPU libraries, which is why the result is
committed to testdata/onnx and no test runs this. Run: python test/onnx/export_torch.py
"""

import pathlib

import numpy as np
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent.parent.parent / "testdata" / "onnx"
SAMPLES, LENGTH, CHANNELS, CLASSES = 200, 32, 2, 3


def waves(n, random):
    """Sine, square and noise on two channels, with random phase and frequency."""
    t = np.arange(LENGTH) / LENGTH
    label = random.integers(0, CLASSES, n)
    phase = 2 * np.pi * (random.uniform(1, 4, (n, CHANNELS, 1)) * t + random.uniform(0, 1, (n, CHANNELS, 1)))
    x = np.where(label[:, None, None] == 1, np.sign(np.sin(phase)), np.sin(phase))
    x[label == 2] = random.standard_normal((np.sum(label == 2), CHANNELS, LENGTH))
    return (x + 0.1 * random.standard_normal(x.shape)).astype("f"), label


def main():
    torch.manual_seed(7)
    random = np.random.default_rng(7)
    net = nn.Sequential(
        nn.Conv1d(CHANNELS, 8, 5, padding=2), nn.BatchNorm1d(8), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(8, 16, 3, padding=1), nn.ReLU(),
        nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, CLASSES), nn.Softmax(1))
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    for _ in range(150):
        x, y = waves(128, random)
        optimizer.zero_grad()
        nn.functional.nll_loss(torch.log(net(torch.from_numpy(x)) + 1e-9), torch.from_numpy(y)).backward()
        optimizer.step()
    net.eval()
    batch = torch.export.Dim("batch")
    program = torch.onnx.export(net, (torch.zeros(2, CHANNELS, LENGTH),), dynamo=True, input_names=["wave"], output_names=["scores"],
                                dynamic_shapes=({0: batch},), external_data=False)
    program.save(HERE / "torch_waves.onnx")
    x, y = waves(SAMPLES, random)
    with torch.no_grad():
        scores = net(torch.from_numpy(x)).numpy()
    print("accuracy", np.mean(scores.argmax(1) == y))
    x.tofile(HERE / "torch_waves.in.f32")
    scores.tofile(HERE / "torch_waves.out.f32")


main()
