"""Makes the small models of the ONNX engine's tests, and their golden inputs and outputs.

Needs the packages of cross/onnx.txt. Run: .tools/onnx/bin/python testdata/onnx/make.py
The models are committed, so that the contract suite needs no Python. Expected outputs come from the reference evaluator
of the onnx package, which is written in Python and shares nothing with ONNX Runtime.
"""

import base64
import json
import pathlib

import numpy as np
from onnx import TensorProto as T
from onnx import checker, helper as h, numpy_helper
from onnx.reference import ReferenceEvaluator

HERE = pathlib.Path(__file__).parent
RANDOM = np.random.default_rng(7)
TYPES = {T.FLOAT: "float32", T.INT8: "int8", T.UINT8: "uint8", T.INT64: "int64", T.INT32: "int32"}
RUNS = 8


def value(name, kind, shape):
    return h.make_tensor_value_info(name, kind, shape)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("f") / np.float32(np.sqrt(shape[-1]))


def model(nodes, inputs, outputs, constants=(), opset=19, ir=9, domains=(), check=True):
    graph = h.make_graph(nodes, "g", inputs, outputs, list(constants))
    sets = [h.make_opsetid("", opset)] + [h.make_opsetid(d, v) for d, v in domains]
    m = h.make_model(graph, opset_imports=sets, ir_version=ir, producer_name="dunlin")
    if check:
        checker.check_model(m)
    return m


def conv_float():
    """A small CNN with an open batch that has a name."""
    nodes = [
        h.make_node("Conv", ["x", "w1", "b1"], ["c1"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        h.make_node("Relu", ["c1"], ["r1"]),
        h.make_node("Conv", ["r1", "w2"], ["c2"], kernel_shape=[1, 1]),
        h.make_node("GlobalAveragePool", ["c2"], ["p"]),
        h.make_node("Flatten", ["p"], ["f"]),
        h.make_node("Gemm", ["f", "w3", "b3"], ["l"]),
        h.make_node("Softmax", ["l"], ["scores"], axis=1),
    ]
    constants = [constant("w1", normal(8, 1, 3, 3)), constant("b1", normal(8)), constant("w2", normal(8, 8, 1, 1)),
                 constant("w3", normal(8, 4)), constant("b3", normal(4))]
    return model(nodes, [value("x", T.FLOAT, ["batch", 1, 12, 10])], [value("scores", T.FLOAT, ["batch", 4])], constants)


def dense_int8():
    """Quantised in the QDQ form, int8 at both ends, weights per channel."""
    w = normal(16, 4)
    scale = (np.abs(w).max(0) / 127).astype("f")
    constants = [
        constant("xs", np.float32(0.05)), constant("xz", np.int8(-3)), constant("ws", scale), constant("wz", np.zeros(4, np.int8)),
        constant("wq", np.round(w / scale).astype(np.int8)), constant("ys", np.float32(0.02)), constant("yz", np.int8(5)),
    ]
    nodes = [
        h.make_node("DequantizeLinear", ["x", "xs", "xz"], ["xf"]),
        h.make_node("DequantizeLinear", ["wq", "ws", "wz"], ["wf"], axis=1),
        h.make_node("MatMul", ["xf", "wf"], ["m"]),
        h.make_node("QuantizeLinear", ["m", "ys", "yz"], ["y"]),
    ]
    return model(nodes, [value("x", T.INT8, [1, 16])], [value("y", T.INT8, [1, 4])], constants)


def dense_uint8():
    constants = [constant("xs", np.float32(1 / 255)), constant("xz", np.uint8(0)), constant("w", normal(16, 3)),
                 constant("ys", np.float32(1 / 64)), constant("yz", np.uint8(128))]
    nodes = [
        h.make_node("DequantizeLinear", ["x", "xs", "xz"], ["xf"]), h.make_node("MatMul", ["xf", "w"], ["m"]),
        h.make_node("QuantizeLinear", ["m", "ys", "yz"], ["y"]),
    ]
    return model(nodes, [value("x", T.UINT8, [1, 16])], [value("y", T.UINT8, [1, 3])], constants)


def two_by_two():
    """Two inputs and two outputs of different shapes and types; an open batch without a name; a label as int64."""
    nodes = [
        h.make_node("MatMul", ["a", "w"], ["s"]),
        h.make_node("ArgMax", ["s"], ["label"], axis=1, keepdims=0),
        h.make_node("Cast", ["b"], ["bf"], to=T.FLOAT),
        h.make_node("Add", ["s", "bf"], ["sum"]),
    ]
    return model(nodes, [value("a", T.FLOAT, [None, 6]), value("b", T.INT32, [1, 3])],
                 [value("label", T.INT64, [None]), value("sum", T.FLOAT, [None, 3])], [constant("w", normal(6, 3))])


def loop():
    """Runs until it is told to end: 2^40 times round."""
    body = h.make_graph(
        [h.make_node("Add", ["v", "v"], ["v2"]), h.make_node("Identity", ["c"], ["c2"])], "body",
        [value("i", T.INT64, []), value("c", T.BOOL, []), value("v", T.FLOAT, [1, 4])], [value("c2", T.BOOL, []), value("v2", T.FLOAT, [1, 4])])
    nodes = [h.make_node("Loop", ["times", "yes", "x"], ["y"], body=body)]
    return model(nodes, [value("x", T.FLOAT, [1, 4])], [value("y", T.FLOAT, [1, 4])],
                 [constant("times", np.int64(2**40)), constant("yes", np.bool_(True))])


def one(op, kind=T.FLOAT, shape=(1, 4), out=T.FLOAT, out_shape=(1, 4), domain="", opset=19, **attributes):
    sets = [(domain, 1)] if domain else []
    return model([h.make_node(op, ["x"], ["y"], domain=domain, **attributes)], [value("x", kind, list(shape))],
                 [value("y", out, list(out_shape))], opset=opset, domains=sets, check=False)


def external():
    m = one("Identity")
    t = constant("w", np.zeros((1, 4), "f"))
    t.ClearField("raw_data")
    t.data_location = T.EXTERNAL
    t.external_data.add(key="location", value="/etc/passwd")
    m.graph.initializer.append(t)
    return m


def function():
    m = one("Identity")
    m.functions.append(h.make_function("own", "f", ["a"], ["b"], [h.make_node("Identity", ["a"], ["b"])], [h.make_opsetid("", 19)]))
    return m


def zipmap():
    """What skl2onnx makes without zipmap=False."""
    nodes = [h.make_node("ZipMap", ["x"], ["y"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2, 3])]
    m = model(nodes, [value("x", T.FLOAT, [1, 4])], [value("y", T.FLOAT, [1, 4])], domains=[("ai.onnx.ml", 1)], check=False)
    m.graph.output[0].type.CopyFrom(h.make_sequence_type_proto(h.make_map_type_proto(T.INT64, h.make_tensor_type_proto(T.FLOAT, None))))
    return m


def sequence():
    m = model([h.make_node("SequenceConstruct", ["x"], ["y"])], [value("x", T.FLOAT, [1, 4])], [value("y", T.FLOAT, [1, 4])], check=False)
    m.graph.output[0].type.CopyFrom(h.make_sequence_type_proto(h.make_tensor_type_proto(T.FLOAT, [1, 4])))
    return m


def huge():
    return model([h.make_node("ConstantOfShape", ["n"], ["c"]), h.make_node("ReduceSum", ["c"], ["s"], keepdims=0), h.make_node("Add", ["x", "s"], ["y"])],
                 [value("x", T.FLOAT, [1, 4])], [value("y", T.FLOAT, [1, 4])], [constant("n", np.int64([1 << 40]))])


def nonzero():
    return model([h.make_node("NonZero", ["x"], ["y"])], [value("x", T.FLOAT, [1, 4])], [value("y", T.INT64, [2, "n"])])


def nonzero_plus():
    """Its output has six columns on zeros and more on others."""
    nodes = [h.make_node("NonZero", ["x"], ["z"]), h.make_node("Concat", ["z", "six"], ["y"], axis=1)]
    return model(nodes, [value("x", T.FLOAT, [1, 4])], [value("y", T.INT64, [2, "n"])], [constant("six", np.zeros((2, 6), np.int64))])


def forest(**changes):
    """One stump, with something wrong in it."""
    a = dict(n_targets=1, nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[0, 0, 0], nodes_values=[0.5, 0.0, 0.0],
             nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0],
             target_treeids=[0, 0], target_nodeids=[1, 2], target_ids=[0, 0], target_weights=[1.0, 2.0])
    return classic("TreeEnsembleRegressor", **{**a, **changes})


def chain(n):
    """A tree as deep as it is large: each branch has a leaf and the next branch."""
    ids = list(range(2 * n + 1))
    branch = [i % 2 == 0 and i < 2 * n for i in ids]
    return forest(
        nodes_treeids=[0] * len(ids), nodes_nodeids=ids, nodes_featureids=[0] * len(ids), nodes_values=[0.5] * len(ids),
        nodes_modes=["BRANCH_LEQ" if b else "LEAF" for b in branch], nodes_truenodeids=[i + 1 if b else 0 for i, b in enumerate(branch)],
        nodes_falsenodeids=[i + 2 if b else 0 for i, b in enumerate(branch)], target_treeids=[0], target_nodeids=[2 * n], target_ids=[0], target_weights=[1.0])


def classic(op, **attributes):
    return model([h.make_node(op, ["x"], ["y"], domain="ai.onnx.ml", **attributes)], [value("x", T.FLOAT, [1, 4])], [value("y", T.FLOAT, [1, 1])],
                 domains=[("ai.onnx.ml", 3)], check=False)


def pool(**attributes):
    return model([h.make_node("MaxPool", ["x"], ["p"], **attributes), h.make_node("Slice", ["p", "s", "e"], ["y"])],
                 [value("x", T.FLOAT, [1, 1, 8, 8])], [value("y", T.FLOAT, None)], [constant("s", np.int64([0])), constant("e", np.int64([9]))], check=False)


def nested(n):
    """If inside If inside If."""
    g = h.make_graph([h.make_node("Identity", ["x"], ["y"])], "g", [], [value("y", T.FLOAT, [1, 4])])
    for _ in range(n):
        g = h.make_graph([h.make_node("If", ["c"], ["y"], then_branch=g)], "g", [], [value("y", T.FLOAT, [1, 4])])
    return model(list(g.node), [value("x", T.FLOAT, [1, 4]), value("c", T.BOOL, [])], [value("y", T.FLOAT, [1, 4])], check=False)


def lying(change):
    """A sound model with one constant that says something untrue of itself."""
    m = conv_float()
    change(m.graph.initializer[0])
    return m


BAD = {
    "forest_child": lambda: forest(nodes_truenodeids=[7, 0, 0]), "forest_loop": lambda: forest(nodes_modes=["BRANCH_LEQ", "BRANCH_LEQ", "LEAF"], nodes_truenodeids=[1, 0, 0]),
    "forest_self": lambda: forest(nodes_truenodeids=[0, 0, 0]), "forest_target": lambda: forest(target_ids=[0, 1]), "forest_short": lambda: forest(nodes_featureids=[0]),
    "forest_feature": lambda: forest(nodes_featureids=[-1, 0, 0]), "forest_twice": lambda: forest(nodes_nodeids=[0, 1, 1]), "forest_deep": lambda: chain(2000),
    "linear_rows": lambda: classic("LinearRegressor", coefficients=[1.0] * 7, intercepts=[0.0, 0.0], targets=2),
    "svm_short": lambda: classic("SVMRegressor", kernel_type="RBF", kernel_params=[0.1, 0.0, 3.0], n_supports=3, support_vectors=[1.0] * 8, coefficients=[1.0] * 3, rho=[0.0]),
    "svm_coefficients": lambda: classic("SVMRegressor", kernel_type="RBF", kernel_params=[0.1, 0.0, 3.0], n_supports=2, support_vectors=[1.0] * 8, coefficients=[1.0], rho=[0.0]),
    "pool_large": lambda: pool(kernel_shape=[1, 42]), "pool_stride": lambda: pool(kernel_shape=[1, 2], strides=[1, 0]), "nested": lambda: nested(20),
    "constant_short": lambda: lying(lambda t: t.dims.__setitem__(0, 9)), "constant_huge": lambda: lying(lambda t: t.dims.__setitem__(0, 1 << 40)),
    "constant_negative": lambda: lying(lambda t: t.dims.__setitem__(0, -8)), "constant_type": lambda: lying(lambda t: setattr(t, "data_type", 99)),
    "constant_twice": lambda: lying(lambda t: t.float_data.append(1)),
    "strings": lambda: one("Identity", T.STRING, out=T.STRING), "unknown_operator": lambda: one("Frobnicate"),
    "own_domain": lambda: one("Identity", domain="com.example"), "random": lambda: one("RandomNormalLike"),
    "dynamic_input": lambda: one("Identity", shape=(1, "time"), out_shape=(1, "time")), "nonzero": nonzero, "nonzero_plus": nonzero_plus,
    "external": external, "function": function, "zipmap": zipmap, "sequence": sequence, "huge": huge,
}
GOOD = {"conv_float": conv_float, "dense_int8": dense_int8, "dense_uint8": dense_uint8, "two_by_two": two_by_two}


def sample(info):
    kind = info.type.tensor_type.elem_type
    shape = [d.dim_value or 1 for d in info.type.tensor_type.shape.dim]
    if kind == T.FLOAT:
        return RANDOM.standard_normal(shape).astype("f")
    low, high = {T.INT8: (-128, 128), T.UINT8: (0, 256), T.INT32: (-4, 5)}[kind]
    return RANDOM.integers(low, high, shape).astype(TYPES[kind])


def form(info, constants, nodes, array):
    t = {"name": info.name, "type": TYPES[info.type.tensor_type.elem_type], "shape": list(array.shape), "scale": 0, "zero_point": 0}
    for n in nodes:
        if n.op_type == "DequantizeLinear" and n.input[0] == info.name or n.op_type == "QuantizeLinear" and n.output[0] == info.name:
            t["scale"], t["zero_point"] = float(constants[n.input[1]]), int(constants[n.input[2]])
    return t


def golden(m):
    reference = ReferenceEvaluator(m)
    constants = {t.name: numpy_helper.to_array(t) for t in m.graph.initializer}
    runs, g = [], m.graph
    for _ in range(RUNS):
        inputs = [sample(i) for i in g.input]
        outputs = reference.run(None, {i.name: a for i, a in zip(g.input, inputs)})
        runs.append({"Inputs": [text(a) for a in inputs], "Outputs": [text(a) for a in outputs]})
    return {"Inputs": [form(i, constants, g.node, a) for i, a in zip(g.input, inputs)],
            "Outputs": [form(o, constants, g.node, a) for o, a in zip(g.output, outputs)], "Runs": runs}


def text(a):
    return base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()


def main():
    found = {}
    for name, make in GOOD.items():
        m = make()
        (HERE / f"{name}.onnx").write_bytes(m.SerializeToString())
        found[name] = golden(m)
    for name, make in {**BAD, "loop": loop}.items():
        (HERE / f"{name}.onnx").write_bytes(make().SerializeToString())
    (HERE / "two_graphs.onnx").write_bytes(b"".join(m.SerializeToString() for m in (one("Identity"), one("Abs"))))
    (HERE / "golden.json").write_text(json.dumps(found, indent=1) + "\n")


main()
