"""The usual Python job, the peer of the durable figure: infer, keep on disk, send, forget when acknowledged.

    python loop.py --model examples/models/keywords/1 --input testdata/keywords/heldout.npy --broker 127.0.0.1:1883

What people write when they need this on a Pi: ai-edge-litert with one thread (it applies XNNPACK), a row in SQLite per
result (WAL, synchronous=full, one commit each, so that a power cut loses nothing), MQTT QoS 1 through paho with 100
messages in flight, rows deleted once acknowledged. Windows are scaled and quantised before the clock starts, which favours Python.

Prints one JSON line: inferences_per_s, p50_ms, p99_ms, max_ms (infer, keep, publish: one turn of the loop), invoke_p50_ms,
invoke_p99_ms, peak_rss_mb, start_to_first_ms (process start to the first committed result, to 10 ms), results, unacknowledged.
"""

import argparse
import json
import os
import resource
import sqlite3
import time
from collections import deque
from pathlib import Path

import numpy as np
import paho.mqtt.client as mqtt
from ai_edge_litert.interpreter import Interpreter

IN_FLIGHT = 100


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, required=True, help="bundle folder")
    p.add_argument("--input", type=Path, required=True, help="NPY [windows, length, channels and perhaps a label]")
    p.add_argument("--broker", default="127.0.0.1:1883", help="host:port")
    p.add_argument("--db", type=Path, default=Path("queue.db"), help="SQLite file, made anew")
    p.add_argument("--seconds", type=float, default=10)
    p.add_argument("--synchronous", choices=["full", "normal", "off"], default="full")
    return p.parse_args()


def age_ms() -> float:
    """Milliseconds since this process was started, by the kernel's ticks of 10 ms."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")) * 1e3


class Model:
    def __init__(self, folder: Path):
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.labels = (folder / "labels.txt").read_text().split()
        self.runtime = Interpreter(model_path=str(folder / "model.tflite"), num_threads=1)
        self.runtime.allocate_tensors()
        (self.input,), (self.output,) = self.runtime.get_input_details(), self.runtime.get_output_details()

    def windows(self, path: Path) -> list:
        """The file's windows as the model takes them."""
        (step,) = self.manifest["preprocess"]
        x = np.load(path)[..., :len(step["mean"])]
        scale, zero = self.input["quantization"]
        q = np.clip(np.round((x - step["mean"]) / step["std"] / scale) + zero, -128, 127).astype(np.int8)
        return list(q.reshape(-1, *self.input["shape"]))

    def infer(self, window):
        self.runtime.set_tensor(self.input["index"], window)
        self.runtime.invoke()
        out = self.runtime.get_tensor(self.output["index"])[0]
        best = int(out.argmax())
        scale, zero = self.output["quantization"]
        return self.labels[best], float(scale * (int(out[best]) - zero))


class Queue:
    """Rows that the broker has not acknowledged yet."""

    def __init__(self, path: Path, synchronous: str):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute(f"PRAGMA synchronous={synchronous}")
        self.db.execute("CREATE TABLE queue (id INTEGER PRIMARY KEY, payload TEXT)")
        self.waiting = deque()

    def keep(self, payload: str) -> int:
        row = self.db.execute("INSERT INTO queue (payload) VALUES (?)", (payload,)).lastrowid
        self.db.commit()
        return row

    def forget(self, at_most: int) -> None:
        """Waits until at most so many are unacknowledged, then deletes what has been, in one commit."""
        last = None
        while len(self.waiting) > at_most:
            last, message = self.waiting.popleft()
            message.wait_for_publish(30)
            if not message.is_published():
                raise SystemExit("the broker does not acknowledge")
        if last is not None:
            self.db.execute("DELETE FROM queue WHERE id <= ?", (last,))
            self.db.commit()

    def count(self) -> int:
        return self.db.execute("SELECT count(*) FROM queue").fetchone()[0]


def connect(broker: str) -> mqtt.Client:
    host, _, port = broker.rpartition(":")
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="python-peer")
    client.max_inflight_messages_set(IN_FLIGHT)
    client.connect(host, int(port))
    client.loop_start()
    return client


def loop(args, model: Model, queue: Queue, client: mqtt.Client) -> dict:
    windows = model.windows(args.input)
    turns, invokes, first = [], [], 0.0
    began = now = time.perf_counter()
    while now - began < args.seconds:
        label, score = model.infer(windows[len(turns) % len(windows)])
        inferred = time.perf_counter()
        payload = json.dumps({"time": time.time(), "device": "peer", "model": "keywords@1", "label": label, "score": score, "n": len(turns)})
        row = queue.keep(payload)
        first = first or age_ms()
        queue.waiting.append((row, client.publish("dunlin/peer/results", payload, qos=1)))
        if len(queue.waiting) >= IN_FLIGHT:
            queue.forget(at_most=0)
        invokes.append(inferred - now)
        end = time.perf_counter()
        turns.append(end - now)
        now = end
    queue.forget(at_most=0)
    elapsed = time.perf_counter() - began
    ms, im = np.percentile(turns, [50, 99, 100]) * 1e3, np.percentile(invokes, [50, 99]) * 1e3
    return {
        "inferences_per_s": round(len(turns) / elapsed, 1),
        "p50_ms": round(ms[0], 4), "p99_ms": round(ms[1], 4), "max_ms": round(ms[2], 3),
        "invoke_p50_ms": round(im[0], 4), "invoke_p99_ms": round(im[1], 4),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "start_to_first_ms": round(first), "results": len(turns), "unacknowledged": queue.count(),
    }


def main() -> None:
    args = arguments()
    model = Model(args.model)
    queue = Queue(args.db, args.synchronous)
    client = connect(args.broker)
    print(json.dumps(loop(args, model, queue, client)), flush=True)
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    main()
