"""Writes the arrays of this folder with NumPy: pip install numpy."""
import numpy as np

a = np.arange(6).reshape(2, 3)
for t in ["f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]:
    np.save(f"{t}.npy", a.astype(t))
np.save("big-f4.npy", a.astype(">f4"))
np.save("big-i2.npy", a.astype(">i2"))
np.save("fortran.npy", np.asfortranarray(a.astype("f4")))
np.save("one-dim.npy", a.reshape(6).astype("f4"))
for v in [(2, 0), (3, 0)]:
    with open(f"version{v[0]}.npy", "wb") as f:
        np.lib.format.write_array(f, a.astype("f4"), version=v)
