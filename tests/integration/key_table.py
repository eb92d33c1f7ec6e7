"""include/camrelay/config-keys.def as the tests read it: what a change of each key is said to do."""
import re
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "include" / "camrelay" / "config-keys.def"
ROW = re.compile(r'^(?:SERVER|CAMERA|USER|TOKEN) \((\w+), (\w+), \w+, \w+, "[^"]*", "[^"]*", (LIVE|RECONNECTS|REMOUNTS|RESTART), "[^"]*"\)$', re.M)


def read_effects():
    """"Section.Key" to its effect, in small letters."""
    return {f"{section}.{key}": effect.lower() for section, key, effect in ROW.findall(TABLE.read_text())}
