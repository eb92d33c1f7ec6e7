"""Scripted RTSP cameras over TCP for tests, as many as wanted in one process: python3 tests/support/fault_camera --clips FOLDER.

Prints one line, {"control": PORT}: what the cameras are and do is said there (control.py, README.md). The end of its input ends it.
"""

import argparse
import asyncio
import gc
import json
import pathlib
import sys

from clip import ClipShelf
from control import Control


async def run(folder):
    control = Control(ClipShelf(folder))
    port = await control.listen()
    print(json.dumps({"control": port}), flush=True)
    # What is there now stays: a collection of it all in the middle would be a gap in every stream.
    gc.collect()
    gc.freeze()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await control.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=pathlib.Path, required=True, help="where the clips are kept that ffmpeg makes")
    asyncio.run(run(parser.parse_args().clips))
