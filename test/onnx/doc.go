// Package onnx runs models that their own tools exported on the ONNX engine and compares the answers with what the
// tools say in Python: scikit-learn's, trained and exported while the test runs (sklearn_models.py), and PyTorch's and
// Keras's, which export_torch.py and export_keras.py made once, because those tools are too large to install for a
// test. One of them becomes a bundle that the program itself runs. It holds only tests.
package onnx
