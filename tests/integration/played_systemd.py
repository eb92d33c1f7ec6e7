"""systemd, as far as the daemon can tell: a notify socket, sockets that are handed over, the descriptor store, the watchdog's period.
What it does is in sd_notify(3), sd_listen_fds(3) and systemd.service(5) of systemd 252."""

import array
import fcntl
import os
import socket
import threading
import time

from relay import Relay

FIRST_PASSED = 100  # where a descriptor waits for its place from 3 on
NAME_LIMIT = 255


class Message:
    """What was said in one datagram, when."""

    def __init__(self, text, at):
        self.at = at
        self.words = dict(line.split("=", 1) for line in text.splitlines())


class ServiceManager:
    """start () a process, or the next one after it ended; its folders, and what it had kept, stay."""

    def __init__(self, folder, environment):
        self.folder, self._environment = folder, environment
        self.relays = []
        self.store = []  # of (name, descriptor), in order
        self._messages = []
        self._changed = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while True:
            data, ancillary, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(16 * 4))
            fds = array.array("i")
            for level, kind, payload in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    fds.frombytes(payload[:len(payload) - len(payload) % fds.itemsize])
            if data == b"":
                return
            message = Message(data.decode(), time.monotonic())
            with self._changed:
                self._keep_books(message.words, fds)
                self._messages.append(message)
                self._changed.notify_all()

    def _keep_books(self, words, fds):
        name = words.get("FDNAME", "stored")
        assert len(name) <= NAME_LIMIT and ":" not in name and name.isprintable(), name
        if "FDSTORE" in words:
            self.store += [(name, fd) for fd in fds]
        if "FDSTOREREMOVE" in words:
            for _, fd in [entry for entry in self.store if entry[0] == name]:
                os.close(fd)
            self.store = [entry for entry in self.store if entry[0] != name]

    def start(self, *arguments, sockets=(), watchdog_s=None, wrapper=(), **extra):
        """The next process. SOCKETS: (name, socket) of socket units; what is in the store comes behind them, as systemd has it. WRAPPER: what it runs under."""
        handed = [(name, one.fileno()) for name, one in sockets] + self.store
        passed = [fcntl.fcntl(fd, fcntl.F_DUPFD, FIRST_PASSED) for _, fd in handed]
        places = " ".join(f"{3 + i}<&{fd} {fd}<&-" for i, fd in enumerate(passed))
        environment = {**self._environment, "NOTIFY_SOCKET": str(self.folder / "notify"), **extra}
        if handed:
            environment.update(LISTEN_FDS=str(len(handed)), LISTEN_FDNAMES=":".join(name for name, _ in handed))
        if watchdog_s:
            environment.update(WATCHDOG_USEC=str(int(watchdog_s * 1e6)))
        shell = ("bash", "-c", f'export LISTEN_PID=$$ WATCHDOG_PID=$$; exec "$@" {places}', "bash")
        relay = Relay(arguments, self.folder, environment, wrapper=(*shell, *wrapper), passed=passed)
        for fd in passed:
            os.close(fd)
        self.relays.append(relay)
        return relay

    def wait_for(self, since=0.0, timeout=20, **words):
        """The first message after SINCE that has all of WORDS; a value of None: whatever it is."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for message in self._messages:
                    if message.at >= since and all(name in message.words and value in (None, message.words[name]) for name, value in words.items()):
                        return message
                left = deadline - time.monotonic()
                assert left > 0, f"systemd was not told {words} in {timeout} s, but {[message.words for message in self._messages[-20:]]}"
                self._changed.wait(left)

    def times_of(self, word, since=0.0):
        """When WORD was said."""
        with self._changed:
            return [message.at for message in self._messages if message.at >= since and word in message.words]

    def close(self):
        endings = [(relay, relay.process.poll() is None, *relay.stop()) for relay in self.relays]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last_word:
            last_word.sendto(b"", str(self.folder / "notify"))
        self._thread.join()
        self._socket.close()
        for _, fd in self.store:
            os.close(fd)
        for relay, was_running, status, _ in endings:
            relay.assert_log_is_clean()
            assert not was_running or status == 0, f"stopped with status {status}:\n{relay.log}"
