"""librosa's mel spectrogram, the peer of the steps figure.

    python mel.py SOUND RESULT

SOUND is one second at 16 kHz as raw float32; RESULT becomes the spectrogram, a row per frame, as raw float32. Then, for
each line of standard input, a number of milliseconds, it prints the seconds of one spectrogram over about that time: by the
call that everybody makes, and with the filters made once before, which librosa.feature.melspectrogram makes every time.
"""

import sys
import time

import librosa
import numpy as np

FORM = dict(n_fft=512, hop_length=160)
BANDS = dict(n_mels=40)


def rate(call, seconds: float) -> float:
    began, n = time.perf_counter(), 0
    while (took := time.perf_counter() - began) < seconds or n == 0:
        call()
        n += 1
    return took / n


def main(sound: str, result: str) -> None:
    y = np.fromfile(sound, np.float32)
    filters = librosa.filters.mel(sr=16000, n_fft=FORM["n_fft"], **BANDS)

    def plain():
        return librosa.feature.melspectrogram(y=y, sr=16000, **FORM, **BANDS)

    def kept():
        return filters @ (np.abs(librosa.stft(y, **FORM)) ** 2)

    np.ascontiguousarray(plain().T).tofile(result)
    kept()
    print("ready", flush=True)
    for line in sys.stdin:
        seconds = float(line) / 1e3
        print(rate(plain, seconds), rate(kept, seconds), flush=True)


main(*sys.argv[1:])
