#!/usr/bin/env python3
"""Tries the dashboard's queries: a server with traffic, the exporter, and a real Prometheus.

    dashboards/check.py target/debug/redgrease

Needs `prometheus` and `promtool` (Debian: the package prometheus) on the PATH.
"""

import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

PATIENCE = 120
HERE = pathlib.Path(__file__).resolve().parent

SCRIPTS = """
import time
def good(call): return call[1]
def bad(call): raise ValueError(call[1])
GB('CommandReader').map(good).register(trigger='good')
GB('CommandReader').map(bad).register(trigger='bad')
GB('StreamReader').map(lambda r: r).register('orders:*')
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(what, question):
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            answer = question()
        except OSError:
            answer = None
        if answer:
            return answer
        if time.monotonic() > give_up:
            sys.exit(f"{what}: it did not come within {PATIENCE} s")
        time.sleep(0.2)


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def queries():
    dashboard = json.loads((HERE / "redgrease.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$instance", ".*")
            yield panel["title"], expression.replace("$__rate_interval", "20s")


def main():
    tool = str(pathlib.Path(sys.argv[1]).resolve())
    running = []

    def start(*words, **options):
        process = subprocess.Popen(words, **options)
        running.append(process)
        return process

    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        try:
            port = str(free_port())
            start(tool, "serve", "--port", port, stdout=subprocess.DEVNULL)

            def redgrease(*words):
                ran = subprocess.run([tool, "-p", port, *words], capture_output=True, text=True)
                return ran.returncode == 0 and (ran.stdout or True)

            until("the server", lambda: redgrease("health"))
            (place / "s.py").write_text(SCRIPTS)
            assert redgrease("load", str(place / "s.py"))
            exporter = free_port()
            start(tool, "-p", port, "metrics", "--listen", str(exporter), stdout=subprocess.DEVNULL)
            text = until("the exporter", lambda: get(f"http://127.0.0.1:{exporter}/metrics"))
            assert text.endswith("# EOF\n"), text

            config = place / "prometheus.yml"
            config.write_text(
                "global: {scrape_interval: 1s}\n"
                "scrape_configs:\n"
                f"- {{job_name: redgrease, static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}\n"
            )
            subprocess.run(["promtool", "check", "config", config], check=True, stdout=subprocess.DEVNULL)
            web = free_port()
            start(
                "prometheus",
                f"--config.file={config}",
                f"--storage.tsdb.path={place / 'data'}",
                f"--web.listen-address=127.0.0.1:{web}",
                stderr=(place / "prometheus.log").open("w"),
            )
            until("prometheus", lambda: get(f"http://127.0.0.1:{web}/-/ready"))

            def ask(expression):
                query = urllib.parse.urlencode({"query": expression})
                answer = json.loads(get(f"http://127.0.0.1:{web}/api/v1/query?{query}"))
                assert answer["status"] == "success", answer
                return answer["data"]["result"]

            def traffic():
                redgrease("trigger", "good", "1")
                redgrease("trigger", "bad", "1")
                redgrease("run", "-e", "GB('ShardsIDReader').map(lambda _: execute('XADD', 'orders:1', '*', 'a', 'b')).run()")

            def answers(expression):
                traffic()
                result = ask(expression)
                return [one for one in result if one["value"][1] != "NaN"]

            for title, expression in queries():
                found = until(f"{title}: {expression}", lambda: answers(expression))
                print(f"{title:32} {len(found)} series, such as {found[0]['value'][1]}")
            # what is measured is what happened
            rate = 'sum(redgrease_failed_total{for="bad"})'
            until("failures", lambda: float(ask(rate)[0]["value"][1]) >= 1)
            assert ask('redgrease_failed_total{for="good"}')[0]["value"][1] == "0"
            # and a server that is away is seen to be
            running[0].terminate()
            running[0].wait()
            until("the end of the server", lambda: ask("redgrease_up")[0]["value"][1] == "0")
            print("all queries have answers")
        finally:
            for process in reversed(running):
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
