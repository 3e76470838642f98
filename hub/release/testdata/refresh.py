"""Refreshes from a repository with python-tuf, the reference client, and verifies targets.

usage: refresh.py URL ROOT.json CACHE TARGET...; prints "PATH LENGTH ROOTVERSION NUMBER" of each target that it downloaded
and verified.
"""
import sys

from tuf.ngclient import Updater

url, root, cache, *targets = sys.argv[1:]
with open(root, "rb") as f:
    updater = Updater(
        metadata_dir=cache,
        metadata_base_url=url + "/metadata/",
        target_dir=cache,
        target_base_url=url + "/targets/",
        bootstrap=f.read(),
    )
updater.refresh()
for path in targets:
    info = updater.get_targetinfo(path)
    if info is None:
        sys.exit(f"{path} is not listed")
    file = updater.download_target(info)
    with open(file, "rb") as f:
        info.verify_length_and_hashes(f.read())
    print(path, info.length, updater._trusted_set.root.version, info.custom["number"])
