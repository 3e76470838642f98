"""What the Python libraries make of the windows of oracle_test.go.

    python oracle.py FOLDER

FOLDER/cases.json is a list of {step, params, rows, columns, picture: [height, width, depth] or null}; FOLDER/N.in holds
the window of case N as raw float32, and FOLDER/N.npy becomes the reference. Sums are in float64 except those of
librosa, which is given float32 as everybody gives it.
"""

import json
import math
import sys
import warnings
from pathlib import Path

import librosa
import numpy as np
import scipy.signal
import scipy.stats
from PIL import Image


def scale(x, case, mean, std):
    return (points(x, case) - mean) / std


def normalise(x, case, divide_by, mean=(0,), std=(1,)):
    return (points(x, case) / divide_by - mean) / std


def points(x, case):
    """One colour per column where rows are pictures."""
    return x.reshape(-1, case["picture"][2]) if case["picture"] else x


def z_score(x, case, ddof=0):
    if case["picture"]:
        height, width, depth = case["picture"]
        return scipy.stats.zscore(x.reshape(-1, height * width, depth), axis=1, ddof=int(ddof))
    return np.nan_to_num(scipy.stats.zscore(x, axis=0, ddof=int(ddof)), nan=0)


def clip(x, case, low, high):
    return np.clip(x, low, high)


def log(x, case, eps=1e-6):
    return np.log(x + eps)


def decibel(x, case, ref=1.0, amin=1e-10, top_db=80):
    return librosa.power_to_db(x, ref=ref, amin=amin, top_db=top_db or None)


def resample(x, case, rate_hz, to_hz):
    return scipy.signal.resample_poly(x, int(to_hz), int(rate_hz), axis=0)


def detrend(x, case, type="linear"):
    return scipy.signal.detrend(x, axis=0, type=type)


def moving_rms(x, case, length_samples, hop_samples=1):
    spans = np.lib.stride_tricks.sliding_window_view(x, int(length_samples), axis=0)
    return np.sqrt((spans[::int(hop_samples)] ** 2).mean(axis=-1))


def hann(x, case, form="periodic"):
    return x * scipy.signal.get_window("hann", len(x), fftbins=form == "periodic")[:, None]


def fft_magnitude(x, case, norm="backward"):
    return np.abs(np.fft.rfft(x, axis=0, norm=norm))


def mel_arguments(rate_hz, n_fft, hop_samples, win_samples=0, n_mels=128, fmin_hz=0, fmax_hz=0, scale="slaney", power=2, center=True, pad_mode="constant"):
    return dict(sr=rate_hz, n_fft=int(n_fft), hop_length=int(hop_samples), win_length=int(win_samples) or None, n_mels=int(n_mels),
                fmin=fmin_hz, fmax=fmax_hz or None, htk=scale == "htk", power=power, center=center, pad_mode=pad_mode)


def mel(x, case, norm="slaney", **params):
    how = dict(mel_arguments(**params), norm=None if norm == "none" else norm)
    return channels(lambda y: librosa.feature.melspectrogram(y=y, **how), x)


def mfcc(x, case, n_mfcc=20, lifter=0, norm="slaney", **params):
    how = dict(mel_arguments(**params), n_mfcc=int(n_mfcc), lifter=lifter, mel_norm=None if norm == "none" else norm)
    return channels(lambda y: librosa.feature.mfcc(y=y, **how), x)


def channels(f, x):
    """A row per frame; what the channels make of it stands side by side. All channels at once: they share the top of decibels."""
    y = f(np.ascontiguousarray(x.T.astype(np.float32)))
    return y.transpose(2, 0, 1)


def resize(x, case, width_points, height_points, filter="bilinear"):
    height, width, depth = case["picture"]
    out = []
    for row in x:
        picture = Image.fromarray(row.astype(np.uint8).reshape((height, width, depth) if depth > 1 else (height, width)))
        out.append(np.asarray(picture.resize((int(width_points), int(height_points)), getattr(Image.Resampling, filter.upper()))).ravel())
    return np.array(out)


STEPS = {"z-score": z_score, "moving-rms": moving_rms, "fft-magnitude": fft_magnitude} | {
    f.__name__: f for f in (scale, normalise, clip, log, decibel, resample, detrend, hann, mel, mfcc, resize)
}


def main(folder: Path) -> None:
    warnings.simplefilter("ignore")  # empty mel filters, long frames: both are wanted here
    for i, case in enumerate(json.loads((folder / "cases.json").read_text())):
        x = np.fromfile(folder / f"{i}.in", np.float32).reshape(case["rows"], case["columns"]).astype(np.float64)
        y = np.asarray(STEPS[case["step"]](x, case, **(case["params"] or {})), dtype=np.float64)
        np.save(folder / f"{i}.npy", np.ascontiguousarray(y).ravel())


main(Path(sys.argv[1]))
