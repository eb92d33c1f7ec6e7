"""Readers by the dozen: the load client (tests/bench), which counts what is missing and who was sent away."""
import json
import signal
import subprocess

import process
from relay import binary

LONGEST_S = 3600
LEAVE_S = 30


class Crowd:
    """A context: so many readers over TCP and UDP, spread over URLS, that stay until leave ()."""

    def __init__(self, urls, tcp=0, udp=0):
        where = [word for url in urls for word in ("--url", url)]
        self._processes = [
            process.start([str(binary().parent / "tests/bench/load-client"), "--plain", "--readers", str(count), "--warm", "0", "--seconds", str(LONGEST_S),
                           *transport, *where], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            for count, transport in ((tcp, ()), (udp, ("--udp",))) if count]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self._processes:
            one.kill()
            one.wait()
            one.stdout.close()

    def leave(self):
        """What each kind of reader found out, as load-client prints it."""
        for one in self._processes:
            one.send_signal(signal.SIGTERM)
        return [json.loads(one.communicate(timeout=LEAVE_S)[0]) for one in self._processes]
