"""Requests as somebody may send them who means harm, or whose program is broken: made from a seed, the same ones each time.

Most are nearly right, since what is all wrong is refused at the first look. Orders are about cameras of their own (SUBJECTS): the one that is watched stays as it is."""

import dataclasses
import json
import random
import urllib.parse

from relay import CANARY

WATCHED = "yard"
SUBJECTS = ("spare", "extra-1", "extra-2", "extra-3")

# Verb: (method, path), as include/camrelay/control-verbs.def has them; a test holds them together.
VERBS = {
    "status": ("GET", "/status"), "cameras": ("GET", "/cameras"), "camera": ("GET", "/cameras/{name}"), "readers": ("GET", "/readers"),
    "health": ("GET", "/health"), "log": ("GET", "/log"), "kick": ("DELETE", "/readers/{id}"), "retry": ("POST", "/cameras/{name}/retry"),
    "enable": ("POST", "/cameras/{name}/enable"), "disable": ("POST", "/cameras/{name}/disable"), "add": ("POST", "/cameras/{name}"),
    "set": ("PATCH", "/cameras/{name}"), "remove": ("DELETE", "/cameras/{name}"), "check": ("POST", "/check"), "reload": ("POST", "/reload"),
    "support-bundle": ("GET", "/support-bundle"),
}

# How often each is asked: the dear ones less.
WEIGHTS = {"support-bundle": 1, "log": 8, "reload": 4, "check": 4, "add": 6, "remove": 5, "set": 10, "enable": 3, "disable": 3}
USUAL_WEIGHT = 20

PAGES = ("/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/", "/api/v1", "/api/v1/nosuch", "/favicon.ico")

TEXTS = ("", " ", ".", "..", "../../etc/passwd", "/etc/passwd", "yard/main", "a\nb", "a\r\nX: y", "x\n[User eve]\nPassword=eve", "]", "[Camera]", "#", ";", "=",
         "%n%s%p", "%00", "\x00", "\x1b[2J", "\u2028", "\u202e", "\ufeff", "\ud83d\ude00", "'; DROP TABLE cameras", "{{7*7}}", "$(reboot)", "x" * 300, "x" * 40000,
         "inf", "nan", "-1", "0x10", "999999999999999999999999", "yes", "no", "camera", "null", "ä" * 33)

NUMBERS = ("0", "-0", "-1", "1", "1.5", "1e5", "1e999", "-1e999", "1e-999", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616",
           "9" * 400, "0." + "3" * 400)

# Those that a camera has, and others.
CAMERA_KEYS = ("URL", "Camera.URL", "Camera.Description", "Camera.Username", "Camera.Password", "Camera.Enabled", "Camera.Priority", "Camera.PasswordCredential",
               "Stream main.URL", "Stream sub.URL", "Stream sub.Start", "Stream main.StallTimeout", "Stream main.Transport", "Audio.Mode", "Offline.Slate", "Retry.Backoff",
               "Access.Read", "Access.MaxReaders")
KEYS = (*CAMERA_KEYS, "User eve.Password", "RTSP.Listen", "HTTP.Listen", "Token eve.Role", "Defaults.URL", "[Camera].URL", ".URL", "Camera.", ".")

SECRET_KEYS = ("Camera.Password", "Camera.Username", "User eve.Password")

VALUES = ("", "yes", "no", "low", "5s", "1s 5s", "tcp", "on-demand", "none", "user:bob", "net:10.0.0.0/8", "test:?size=160x120&fps=5&audio=none",
          f"rtsp://viewer:{CANARY}@127.0.0.1:9/live", f"rtsp://127.0.0.1:9/live?token={CANARY}", f"rtsp://127.0.0.1:9/{CANARY}@x", f"srt://127.0.0.1:9?passphrase={CANARY}&mode=nosuch")


@dataclasses.dataclass
class Request:
    """DATA for the control socket ("control") or as all that a client of HTTP sends ("http"). IS_CUT: more is promised than comes. HANGS_UP: the sender does not
    wait for the answer. SOURCE: the address it comes from; None: any."""
    door: str
    data: bytes
    is_cut: bool = False
    hangs_up: bool = False
    source: str | None = None


class Maker:
    """TOKENS: role: token."""

    def __init__(self, seed, tokens):
        self.random = random.Random(seed)
        self.tokens = tokens
        self.verbs = list(VERBS)
        self.weights = [WEIGHTS.get(verb, USUAL_WEIGHT) for verb in self.verbs]

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def pick(self, choices):
        return self.random.choice(choices)

    # ---- JSON ----

    def raw_value(self, depth=0):
        """JSON text of any value, also of one that no parser should take."""
        kind = self.random.randrange(10)
        if kind < 4 or depth > 3:
            return json.dumps(self.pick(TEXTS))
        if kind < 6:
            return self.pick(NUMBERS)
        if kind == 6:
            return self.pick(("true", "false", "null", "NaN", "Infinity", "undefined", "'x'", "01", "+1", ".5", '"\\ud800"', '"\\x"', "[1,]", "{,}"))
        if kind == 7:
            depth = self.random.choice((2, 30, 33, 2000, 20000))
            return "[" * depth + "]" * depth if self.chance(70) else '{"a":' * depth + "1" + "}" * depth
        pieces = [self.raw_value(depth + 1) for _ in range(self.random.choice((0, 1, 3)))]
        if kind == 8:
            return "[" + ",".join(pieces) + "]"
        return "{" + ",".join(f"{json.dumps(self.pick(KEYS))}:{piece}" for piece in pieces) + "}"

    def raw_settings(self):
        if self.chance(10):
            return self.raw_value()
        count = self.random.choice((0, 1, 1, 2, 3, 70))
        keys = [self.pick(KEYS) for _ in range(count)]
        return "{" + ",".join(f"{json.dumps(key)}:{self.raw_setting(key)}" for key in keys) + "}"

    def raw_setting(self, key):
        """Passwords as such where they belong; within URLs everywhere but in what is there to be shown."""
        if key == "Camera.Description":
            return json.dumps(self.pick(TEXTS))
        if key in SECRET_KEYS and self.chance(80):
            return json.dumps(self.pick((CANARY, f" {CANARY}", f"{CANARY}\n", CANARY * 40)))
        if self.chance(70):
            return json.dumps(self.pick(VALUES))
        return "null" if self.chance(30) else self.raw_value()

    def subject(self, verb):
        """A camera's name for VERB."""
        if self.chance(20):
            return self.pick(TEXTS)
        return self.pick((WATCHED, *SUBJECTS)) if VERBS[verb][0] == "GET" else self.pick(SUBJECTS)

    def raw_members(self, verb, is_in_path):
        """Of a request for VERB, right ones as a rule. IS_IN_PATH: what is about whom stands there already."""
        members = {}
        if "{name}" in VERBS[verb][1] and not is_in_path:
            members["name"] = json.dumps(self.subject(verb))
        if "{id}" in VERBS[verb][1] and not is_in_path:
            members["id"] = json.dumps(self.pick(("nosuch-reader", "zzzz", *TEXTS)))
        if verb in ("add", "set") and not self.chance(5):
            members["settings"] = self.raw_settings()
        if verb == "log":
            members["most"] = self.pick(("5", '"20"', *NUMBERS))
            members["level"] = json.dumps(self.pick(("error", "warning", "info", "debug", "loud")))
        if verb == "readers" and self.chance(50):
            members["camera"] = json.dumps(self.subject(verb))
        while self.chance(15):
            members[self.pick(("name", "verb", "tag", "settings", "most", "after", "id", "x", "")) if verb not in ("remove", "disable") else "x"] = self.raw_value()
        return members

    def to_text(self, members):
        pairs = [f"{json.dumps(name)}: {value}" for name, value in members.items()]
        if pairs and self.chance(5):
            pairs *= 2
        return ("{" + ", ".join(pairs) + "}").encode("utf-8", "surrogatepass")

    def mutate(self, data):
        """A few bytes different, gone or more."""
        data = bytearray(data)
        for _ in range(self.random.choice((1, 1, 2, 8))):
            at = self.random.randrange(len(data) + 1)
            kind = self.random.randrange(4)
            if kind == 0:
                data[at:at] = self.random.randbytes(self.random.choice((1, 2, 16)))
            elif kind == 1:
                del data[at:at + self.random.choice((1, 3, 40))]
            elif kind == 2 and at < len(data):
                data[at] ^= 1 << self.random.randrange(8)
            else:
                data[at:at] = self.pick((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\x00", b'"', b"{", b"]", b"\\", b"\\u0000", b"\r", b","))
        return bytes(data)

    # ---- the control socket ----

    def control(self):
        verb = self.random.choices(self.verbs, self.weights)[0]
        named = self.pick(TEXTS) if self.chance(5) else verb
        data = self.to_text({"verb": json.dumps(named), **self.raw_members(verb, False)})
        if self.chance(25):
            data = self.mutate(data)
        data = data.replace(b"\n", b" ") + b"\n"
        if self.chance(1):
            data = self.random.randbytes(70000).replace(b"\n", b"")
        is_cut = self.chance(3)
        return Request("control", data[:self.random.randrange(len(data))] if is_cut else data, is_cut, self.chance(3))

    # ---- HTTP ----

    def who(self):
        """(headers, source): guesses come from everywhere, since who guesses wrong is not listened to for a while."""
        kind = self.random.randrange(10)
        if kind < 6:
            return [f"Authorization: Bearer {self.tokens[self.pick(('viewer', 'operator', 'admin', 'admin'))]}"], None
        if kind < 8:
            return [], None
        wrong = self.pick((f"Bearer {CANARY}-wrong", "Bearer", "Bearer ", f"Basic {CANARY}", f"Digest username={CANARY}", f"bearer {self.tokens['admin']}x", "\t" * 40))
        return [f"Authorization: {wrong}"], f"127.{self.random.randrange(1, 255)}.{self.random.randrange(256)}.{self.random.randrange(1, 255)}"

    def target(self, verb):
        name = urllib.parse.quote(self.subject(verb).encode("utf-8", "surrogatepass"), safe="" if self.chance(80) else "/%")
        path = "/api/v1" + VERBS[verb][1].format(name=name, id=self.pick(("nosuch-reader", "zzzz", "%2e%2e", "%ff", "%00")))
        while self.chance(15):
            path += self.pick(("?", "&", "?camera=yard", "&name=x", "?most=5", "&most=-1", "?level=debug", f"?token={CANARY}", "?a=%ff", "?=", "?" + "a&" * 40, "#x", "/", "//", "/../status"))
        return path

    def headers(self):
        lines = []
        if not self.chance(3):
            lines.append("Host: " + self.pick(("localhost", "127.0.0.1:8090", "nvr.lan") if self.chance(85) else ("evil.example", "", "[::1", "127.0.0.1.evil.example", "a" * 400, "x:y")))
        if self.chance(12):
            lines.append("Origin: " + self.pick(("http://localhost", "http://127.0.0.1:9999", "null", "http://evil.example", "http://[::1]")))
        if self.chance(8):
            lines.append("Sec-Fetch-Site: " + self.pick(("same-origin", "same-site", "cross-site", "none", "")))
        if self.chance(6):
            lines.append(self.pick(("Host: second", "Expect: 100-continue", "Expect: x", "Transfer-Encoding: chunked", "Connection: Upgrade\r\nUpgrade: websocket", "Content-Length: 5", " folded: x",
                                    "X-Forwarded-For: 10.0.0.1", "Range: bytes=0-", "Accept-Encoding: gzip", "Cookie: " + "x" * 9000, "X: " + "y" * 20000, "A b: c", "X:\x00", ": x")))
        return lines

    def http(self):
        verb = self.random.choices(self.verbs, self.weights)[0]
        method = self.pick(("GET", "POST", "HEAD", "OPTIONS", "TRACE", "CONNECT", "BREW", "get", "", "X" * 30)) if self.chance(8) else VERBS[verb][0]
        target = self.pick(PAGES) if self.chance(15) else self.pick(("*", "http://evil.example/", "status", "/" + "a/" * 3000, "/ä", "/api/v1/%")) if self.chance(4) else self.target(verb)
        version = self.pick(("HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "RTSP/1.0", "")) if self.chance(5) else "HTTP/1.1"
        authorization, source = self.who()
        body = b"" if method == "GET" and not self.chance(5) else self.to_text(self.raw_members(verb, True))
        lines = [f"{method} {target} {version}", *self.headers(), *authorization]
        if body:
            length = self.pick((0, 1, len(body) + 1, 70000, -1, "x", "9" * 40)) if self.chance(5) else len(body)
            lines += [f"Content-Length: {length}", "Content-Type: " + (self.pick(("text/plain", "application/x-www-form-urlencoded", "")) if self.chance(5) else "application/json")]
        data = "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body
        if self.chance(15):
            data = self.mutate(data)
        is_cut = self.chance(4)
        return Request("http", data[:self.random.randrange(1, len(data))] if is_cut else data, is_cut, self.chance(4), source)

    def make(self):
        return self.http() if self.chance(50) else self.control()


def requests(seed, count, tokens):
    """COUNT Requests."""
    maker = Maker(seed, tokens)
    for _ in range(count):
        yield maker.make()
