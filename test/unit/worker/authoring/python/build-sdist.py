"""Builds the source distribution of the project in the current folder and prints its files, one a line."""

import contextlib
import importlib
import sys
import tarfile
import tempfile

backend, *_ = sys.argv[1:]
with tempfile.TemporaryDirectory() as out:
    with contextlib.redirect_stdout(sys.stderr):
        name = importlib.import_module(backend).build_sdist(out)
    with tarfile.open(f"{out}/{name}") as archive:
        for member in archive.getmembers():
            if not member.isdir():
                print(member.name.split("/", 1)[1])
