"""Has voices that training never heard speak the words of examples/keywords: python speak.py FOLDER

0.s16, 1.s16 and so on are the voices, one channel at 16 kHz, 16 bits. Each says every word in a random order, with
an accent and a pitch of its own, 1 to 1.4 s from word to word, in a room with an echo and noise 18 to 40 dB below.
said.json lists the words of each file with the samples at which they begin and end.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "keywords"))

import speech  # noqa: E402

SEED, RATE = 41, speech.RATE


def main() -> None:
    out, rng, said = Path(sys.argv[1]), np.random.default_rng(SEED), []
    for voice in speech.VOICES_TEST:
        accent, pitch = speech.ACCENTS[rng.integers(len(speech.ACCENTS))], int(rng.integers(25, 75))
        jobs = [(str(word), accent + voice, int(rng.integers(120, 200)), pitch) for word in rng.permutation(speech.WORDS)]
        with ThreadPoolExecutor() as pool:
            spoken = list(pool.map(lambda job: speech.say(*job), jobs))
        x, words = room(rng, spoken)
        np.round(x * 32767).astype("<i2").tofile(out / f"{len(said)}.s16")
        said.append([{"word": job[0], "voice": job[1], "from": at, "to": end} for job, (at, end) in zip(jobs, words)])
    (out / "said.json").write_text(json.dumps(said))


def room(rng, spoken: list):
    """One voice in its room, and where its words are."""
    words, at = [], RATE
    for word in spoken:
        words.append((at, at + len(word)))
        at += max(int(rng.uniform(1.0, 1.4) * RATE), len(word) + RATE // 2)
    x = np.zeros(at + RATE // 2)
    for (start, end), word in zip(words, spoken):
        x[start:end] = word
    delay, damp = rng.integers(100, 1600), rng.uniform(0, 0.4)
    x[delay:] += damp * x[:-delay]
    level = np.sqrt(np.mean(np.concatenate(spoken) ** 2)) * 10 ** (-rng.uniform(18, 40) / 20)
    return (x + level * speech.coloured_noise(rng, len(x))) * rng.uniform(0.1, 0.6), words


if __name__ == "__main__":
    main()
