"""The log-ins that cameras ask for (RFC 7617, RFC 7616, RFC 2617)."""

import base64
import hashlib
import re
import secrets

REALM = "fault camera"


def digest_hex(algorithm, text):
    return hashlib.new(algorithm, text.encode()).hexdigest()


class LoginBook:
    """What a camera remembers over all connections: its nonce, and how often somebody was wrong."""

    def __init__(self):
        self.nonce = secrets.token_hex(8)
        self.refused = 0


class Login:
    """What one connection was asked for and whether it answered."""

    def __init__(self, knobs, book):
        self.knobs, self.book = knobs, book
        self.nonce = book.nonce
        self.was_stale = False

    def is_locked(self):
        return self.knobs.lockout_after > 0 and self.book.refused >= self.knobs.lockout_after

    def challenges(self):
        """Values of WWW-Authenticate."""
        kind = self.knobs.login
        if kind == "fresh-nonce":
            self.nonce = secrets.token_hex(8)
        basic = f'Basic realm="{REALM}"'
        md5 = f'Digest realm="{REALM}", nonce="{self.nonce}"'
        return {
            "basic": [basic],
            "both": [basic, md5],
            "sha256": [f'{md5}, algorithm=SHA-256, qop="auth"'],
            "md5-qop": [f'{md5}, algorithm=MD5, qop="auth"'],
            "stale": [md5 + (", stale=true" if self.was_stale else "")],
            "stale-for-ever": [f"{md5}, stale=true"],
            "fresh-nonce": [f"{md5}, stale=true"],
            "unknown": ["Negotiate"],
        }.get(kind, [md5])

    def accepts(self, method, uri, authorization):
        """None: nothing was offered and something is needed."""
        if self.knobs.login == "none":
            return True
        if not authorization:
            return None
        good = self.is_right(method, uri, authorization) and not self.is_locked()
        self.book.refused += not good
        return good

    def is_right(self, method, uri, authorization):
        if self.knobs.login in ("never", "unknown", "stale-for-ever"):
            return False
        if authorization.startswith("Basic "):
            given = base64.b64decode(authorization[6:]).decode()
            return self.knobs.login in ("basic", "both") and given == f"{self.knobs.user}:{self.knobs.password}"
        return self.is_right_digest(method, uri, authorization)

    def is_right_digest(self, method, uri, authorization):
        given = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', authorization)}
        algorithm = "sha256" if self.knobs.login == "sha256" else "md5"
        first = digest_hex(algorithm, f"{self.knobs.user}:{REALM}:{self.knobs.password}")
        second = digest_hex(algorithm, f"{method}:{given.get('uri')}")
        middle = f"{given.get('nc')}:{given.get('cnonce')}:auth:" if given.get("qop") else ""
        expected = digest_hex(algorithm, f"{first}:{given.get('nonce')}:{middle}{second}")
        if given.get("nonce") != self.nonce or given.get("response") != expected or given.get("uri") != uri:
            return False
        if self.knobs.login in ("sha256", "md5-qop") and given.get("qop") != "auth":
            return False
        if self.knobs.login == "stale" and not self.was_stale:
            self.was_stale, self.nonce = True, secrets.token_hex(8)
            return False
        if self.knobs.login == "fresh-nonce":
            self.nonce = secrets.token_hex(8)
        return True
