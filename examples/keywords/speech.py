"""Spoken words from espeak-ng, and their log-mel features.

Features of one second at 16 kHz, [49 frames, 40 bands]:
  frames of 480 samples (30 ms), one every 320 (20 ms), samples as -1..1; periodic Hann window; FFT of 512 points;
  power |X|^2 / 512; 40 triangular bands between 20 and 7600 Hz, evenly spaced on the HTK mel scale
  2595 log10(1 + f/700), peak 1; natural logarithm of (band + 1e-6).
"""

import io
import subprocess
import wave

import numpy as np
from scipy.signal import resample_poly

WORDS = ["yes", "no", "up", "down", "left", "right", "stop", "go"]
RATE, FRAMES, BANDS = 16000, 49, 40
FRAME, STEP, POINTS = 480, 320, 512

ACCENTS = ["en-gb", "en-us", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-029"]
# A held-out voice is never heard in training, in no accent.
VOICES_TRAIN = ["", "+m1", "+m3", "+m5", "+m7", "+f1", "+f3", "+f5", "+croak", "+adam", "+linda", "+belinda", "+john", "+Andy"]
VOICES_TEST = ["+m2", "+m4", "+f2", "+f4", "+steph", "+edward", "+paul", "+Annie"]


def say(word: str, voice: str, speed: int, pitch: int) -> np.ndarray:
    """The word alone at 16 kHz, silence trimmed, peak 1."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(data)) as w:
        rate = w.getframerate()
        pcm = np.frombuffer(data[44:], np.int16).astype(np.float64)
    x = resample_poly(pcm, RATE, rate)
    loud = np.flatnonzero(np.abs(x) > 0.02 * np.abs(x).max())
    x = x[loud[0]:loud[-1] + 1][:RATE]
    return (x / np.abs(x).max()).astype(np.float32)


def coloured_noise(rng, n: int) -> np.ndarray:
    """Noise of unit power whose spectrum falls with a random slope, from white to brown."""
    spectrum = np.fft.rfft(rng.normal(size=n))
    x = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** rng.uniform(0, 1), n)
    return x / x.std()


def room(rng, word: np.ndarray) -> np.ndarray:
    """One second: the word somewhere in it, an echo, noise 5 to 30 dB below, any loudness."""
    x = np.zeros(RATE)
    start = rng.integers(0, RATE - len(word) + 1)
    x[start:start + len(word)] = word
    delay, damp = rng.integers(100, 1600), rng.uniform(0, 0.4)
    x[delay:] += damp * x[:-delay]
    level = np.sqrt((word**2).mean()) * 10 ** (-rng.uniform(5, 30) / 20)
    x += level * coloured_noise(rng, RATE)
    return (x * rng.uniform(0.05, 0.7)).astype(np.float32)


def mel_bands() -> np.ndarray:
    """[257, 40] weights of the power spectrum's bins."""
    mel = np.linspace(*(2595 * np.log10(1 + np.array([20, 7600]) / 700)), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    f = np.arange(POINTS // 2 + 1)[:, None] * RATE / POINTS
    up = (f - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - f) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(up, down))


def features(x: np.ndarray, bands=mel_bands()) -> np.ndarray:
    """x one second at 16 kHz -> [49, 40] float32."""
    starts = np.arange(FRAMES)[:, None] * STEP
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)
    frames = x[starts + np.arange(FRAME)] * hann
    power = np.abs(np.fft.rfft(frames, POINTS)) ** 2 / POINTS
    return np.log(power @ bands + 1e-6).astype(np.float32)


def corpus(rng, voices: list, sayings: int, rooms: int):
    """Every word by every voice, `sayings` times in random accent, speed and pitch, each in `rooms` rooms.

    Returns features [n, 49, 40] and the words' indices [n]."""
    x, y = [], []
    for k, word in enumerate(WORDS):
        for voice in voices:
            for _ in range(sayings):
                accent = ACCENTS[rng.integers(len(ACCENTS))]
                spoken = say(word, accent + voice, int(rng.integers(110, 230)), int(rng.integers(20, 80)))
                for _ in range(rooms):
                    x.append(features(room(rng, spoken)))
                    y.append(k)
    return np.stack(x), np.array(y)
