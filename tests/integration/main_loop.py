"""What keeps the daemon's main loop, as its log at debug has it: whatever took more than 5 ms at once has a line there."""

import re

DISPATCH_MS = 5
SLOW_DISPATCH = re.compile(r"the main loop was kept for ([\d.]+) ms by .*: ([\d.]+) ms of work, (\d+) waits")
LINES = 1000  # the most that are told at once


class MainLoopWatch:
    """From now on. CONTROL: a ControlClient."""

    def __init__(self, control):
        self._control = control
        newest, = control.ask("log", level="debug", most=1)
        self._after = newest["number"]

    def _lines(self):
        while lines := self._control.ask("log", level="debug", after=self._after, most=LINES):
            self._after = lines[-1]["number"]
            yield from (line["text"] for line in lines)

    def longest_ms(self):
        """The longest dispatch. Of a slow one without waits only its work counts, the rest the machine gave to others: 5 says that none was longer by itself."""
        slow = [match.groups() for line in self._lines() if (match := SLOW_DISPATCH.search(line))]
        own = [float(took) if int(waits) else float(work) for took, work, waits in slow]
        main, = (loop for loop in self._control.ask("status")["loops"] if loop["name"] == "main")
        return round(min(1000 * main["worst_turn_s"], max([DISPATCH_MS, *own])), 1)
