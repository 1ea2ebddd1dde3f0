"""Tries in a child, forked and by a program of its own, what the worker itself may not; processes are granted.

Aims at: that rules hold for children too (seccomp, Landlock, namespaces), and through exec.
Must not: read, write, reach, signal or have namespaces from a child either.
Verdict: reply
Shown in: bare
Limits: processes=8
Needs: processes
"""

import json
import os
import subprocess
import sys

PROGRAM = """
import ctypes, json, os, socket, sys
def read(): open(lure["secret_file"]).close()
def write(): open(os.path.join(lure["folder"], "from-a-child"), "w").close()
def connect(): socket.create_connection(("127.0.0.1", lure["tcp_port"]), 1).close()
def signal(): os.kill(lure["victim_pid"], 0)
def namespaces():
    if ctypes.CDLL(None).unshare(0x10000000):
        raise OSError
done = []
for attempt in (read, write, connect, signal, namespaces):
    try:
        attempt()
        done.append(attempt.__name__)
    except OSError:
        pass
"""


def attack(lure):
    done = [f"a forked child could {what}" for what in forked(lure)]
    program = f"import json, sys\nlure = json.loads(sys.argv[1])\n{PROGRAM}\nprint(json.dumps(done))\n"
    command = [sys.executable, "-S", "-c", program, json.dumps(lure)]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=5)
        done += [f"a program could {what}" for what in json.loads(ran.stdout)]
    except (OSError, ValueError, subprocess.SubprocessError):
        pass
    return done


def forked(lure):
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            names = {"lure": lure}
            exec(PROGRAM, names)
            os.write(write, json.dumps(names["done"]).encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    said = os.read(read, 10_000)
    os.close(read)
    return json.loads(said) if said else ["end without a word"]
