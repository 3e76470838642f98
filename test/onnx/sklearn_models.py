"""Trains scikit-learn models, exports them with skl2onnx and writes their own predictions: python sklearn_models.py DIR

For each model NAME: NAME.onnx, NAME.in.f32 (200 rows that training never saw) and NAME.out.f32, what scikit-learn says
of them. Classifiers are exported without ZipMap and cut to their probabilities, as Dunlin wants them; labels.onnx keeps
the label, as int64, and its scikit-learn labels are in labels.out.i64; zipmap.onnx and texts.onnx are what must be refused.

motions.onnx knows the four activities of testdata/recordings from flattened windows of 5 s, 6 channels at 10 Hz; its rows
are all windows of all recordings, in the order in which `dunlin predict` decides them.
"""

import pathlib
import sys

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.helpers.onnx_helper import select_model_inputs_outputs
from sklearn.datasets import load_diabetes, load_iris, make_classification
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

OUT = pathlib.Path(sys.argv[1])
SAMPLES = 200


def data():
    x, y = make_classification(1000, 8, n_informative=6, n_classes=3, random_state=7)
    return x.astype("f"), y


def write(name, onx, x, y):
    (OUT / f"{name}.onnx").write_bytes(onx.SerializeToString())
    x.astype("f").tofile(OUT / f"{name}.in.f32")
    np.asarray(y, "f").tofile(OUT / f"{name}.out.f32")


def motions():
    """Windows of 50 samples every 5. Trained on half of the recordings; the numbers matter here, not the accuracy."""
    rows, truth, part = [], [], []
    files = sorted((pathlib.Path(__file__).parents[2] / "testdata" / "recordings").glob("*.csv"))
    labels = sorted({f.stem[3:] for f in files})
    for number, file in enumerate(files):
        table = np.genfromtxt([t for t in file.read_text().splitlines() if not t.startswith("#")], delimiter=",", skip_header=1, dtype="f")
        for end in range(50, len(table) + 1, 5):
            rows.append(table[end - 50:end, -6:].ravel())
            truth.append(labels.index(file.stem[3:]))
            part.append(number % 8 < 4)
    x, truth, part = np.array(rows, "f"), np.array(truth), np.array(part)
    model = make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=200, random_state=7)).fit(x[part], truth[part])
    onx = select_model_inputs_outputs(to_onnx(model, x[:1], options={"zipmap": False}), "probabilities")
    write("motions", onx, x, model.predict_proba(x))
    (OUT / "motions.labels").write_text("\n".join(labels) + "\n")


def main():
    motions()
    x, y = data()
    train, test = slice(SAMPLES, None), slice(SAMPLES)
    classifiers = {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression()), "forest": RandomForestClassifier(20, max_depth=6, random_state=7),
        "mlp": make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=300, random_state=7)),
        "svc": make_pipeline(StandardScaler(), SVC(probability=True, random_state=7)),
    }
    for name, model in classifiers.items():
        model.fit(x[train], y[train])
        onx = to_onnx(model, x[:1], options={"zipmap": False})
        write(name, select_model_inputs_outputs(onx, "probabilities"), x[test], model.predict_proba(x[test]))
    model = classifiers["logistic"]
    write("labels", to_onnx(model, x[:1], options={"zipmap": False}), x[test], model.predict_proba(x[test]))
    model.predict(x[test]).astype(np.int64).tofile(OUT / "labels.out.i64")
    write("zipmap", to_onnx(model, x[:1]), x[test], model.predict_proba(x[test]))
    iris = load_iris()
    named = LogisticRegression(max_iter=500).fit(iris.data, iris.target_names[iris.target])
    (OUT / "texts.onnx").write_bytes(to_onnx(named, iris.data[:1].astype("f"), options={"zipmap": False}).SerializeToString())

    x, y = load_diabetes(return_X_y=True)
    x = x.astype("f")
    regressors = {
        "ridge": make_pipeline(StandardScaler(), Ridge()), "boosting": GradientBoostingRegressor(n_estimators=30, random_state=7),
        "svr": make_pipeline(StandardScaler(), SVR(C=100)),
    }
    for name, model in regressors.items():
        model.fit(x[train], y[train])
        write(name, to_onnx(model, x[:1]), x[test], model.predict(x[test]))


main()
