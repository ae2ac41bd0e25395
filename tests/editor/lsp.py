"""A client of a language server, as small as a test needs it."""

import itertools
import json
import queue
import subprocess
import threading
import time


class Server:
    """rust-analyzer over one crate."""

    def __init__(self, program, root, settings, log):
        self.process = subprocess.Popen([program], cwd=str(root), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        self.numbers = itertools.count(1)
        self.replies = {}
        self.arrived = threading.Condition()
        self.outbox = queue.Queue()
        # uri -> what was published last
        self.diagnostics = {}
        # what works now: token -> title
        self.working = {}
        self.ended = set()
        self.quiescent = False
        # why cargo could not be run
        self.failure = None
        threading.Thread(target=self._read, daemon=True).start()
        uri = root.as_uri()
        self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": "program"}],
                "initializationOptions": settings,
                "capabilities": {
                    "window": {"workDoneProgress": True},
                    "experimental": {"serverStatusNotification": True},
                    "textDocument": {
                        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
                        "hover": {"contentFormat": ["markdown"]},
                        "publishDiagnostics": {"relatedInformation": True},
                    },
                },
            },
        )
        self.tell("initialized", {})

    def _send(self, message):
        body = json.dumps(dict(message, jsonrpc="2.0")).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _read(self):
        stream = self.process.stdout
        while True:
            length = 0
            while True:
                line = stream.readline()
                if not line:
                    return
                if line == b"\r\n":
                    break
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            self._take(json.loads(stream.read(length)))

    def _take(self, message):
        with self.arrived:
            method = message.get("method")
            params = message.get("params") or {}
            if method is None:
                self.replies[message["id"]] = message
            elif "id" in message:
                # what it asks of an editor: settings, and leave to show progress
                items = params.get("items", [])
                self._send({"id": message["id"], "result": [None] * len(items) if items else None})
            elif method == "textDocument/publishDiagnostics":
                self.diagnostics[params["uri"]] = params["diagnostics"]
            elif method == "$/progress":
                value = params["value"]
                if value["kind"] == "begin":
                    self.working[params["token"]] = value.get("title", "")
                elif value["kind"] == "end":
                    self.ended.add(self.working.pop(params["token"], ""))
            elif method == "experimental/serverStatus":
                self.quiescent = params.get("quiescent", False)
                if "failed" in (params.get("message") or ""):
                    self.failure = params["message"]
            self.arrived.notify_all()

    def wait(self, what, reached, patience=3000):
        """Waits until something is true."""
        give_up = time.monotonic() + patience
        with self.arrived:
            while not reached():
                left = give_up - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    raise SystemExit("%s: it did not come; at work: %s" % (what, sorted(self.working.values())))
                if self.failure:
                    raise SystemExit(self.failure)
                self.arrived.wait(min(left, 1))

    def ask(self, method, params):
        """A request, and its result."""
        number = next(self.numbers)
        self._send({"id": number, "method": method, "params": params})
        self.wait(method, lambda: number in self.replies)
        reply = self.replies.pop(number)
        if "error" in reply:
            raise SystemExit("%s: %s" % (method, reply["error"]["message"]))
        return reply["result"]

    def tell(self, method, params):
        """A notification."""
        self._send({"method": method, "params": params})

    def close(self):
        """Ends it."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.wait(30)


class Document:
    """A file that is open in the editor."""

    def __init__(self, server, path):
        self.server, self.path, self.version = server, path, 1
        self.uri = path.as_uri()
        self.text = path.read_text()
        server.tell(
            "textDocument/didOpen",
            {"textDocument": {"uri": self.uri, "languageId": "rust", "version": 1, "text": self.text}},
        )

    def save(self, text):
        """Changes it, saves it, and waits until that was checked."""
        self.change(text)
        self.path.write_text(text)
        self.server.ended.discard("cargo check")
        self.server.tell("textDocument/didSave", {"textDocument": {"uri": self.uri}})
        self.checked()

    def change(self, text):
        """Changes it without saving."""
        self.version += 1
        self.text = text
        change = {"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": [{"text": text}]}
        self.server.tell("textDocument/didChange", change)

    def checked(self):
        """Waits until cargo has checked what is saved."""
        server = self.server
        server.wait("cargo check", lambda: any(title.startswith("cargo check") for title in server.ended))
        server.wait("its own look", lambda: server.quiescent and not server.working)
        # what was found is published after the end of the check
        self.settled()

    def settled(self):
        """Waits until nothing new is published."""
        seen = None
        while seen != (seen := json.dumps(self.server.diagnostics, sort_keys=True)) or self.server.working:
            time.sleep(1.5)

    def place(self, marked):
        """The position behind `marked`, which stands once in the text."""
        if self.text.count(marked) != 1:
            raise SystemExit("%r stands %d times in the program" % (marked, self.text.count(marked)))
        before = self.text[: self.text.index(marked) + len(marked)]
        line = before.count("\n")
        return {"line": line, "character": len(before) - before.rfind("\n") - 1}

    def at(self, marked, **more):
        """What a request about the place behind `marked` says."""
        return dict({"textDocument": {"uri": self.uri}, "position": self.place(marked)}, **more)

    def found(self):
        """The diagnostics: source, severity, the text they are at, the first line of the message."""
        lines = self.text.split("\n")
        out = []
        for one in self.server.diagnostics.get(self.uri, []):
            start, end = one["range"]["start"], one["range"]["end"]
            if start["line"] == end["line"]:
                at = lines[start["line"]][start["character"] : end["character"]]
            else:
                at = lines[start["line"]][start["character"] :]
            if one.get("severity", 1) <= 2:
                out.append((one.get("source", ""), one["severity"], start["line"] + 1, at, one["message"].split("\n")[0]))
        return sorted(out)
