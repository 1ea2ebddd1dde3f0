"""Reads another process's memory from /proc, where its environment lies on the stack.

Aims at: a process list of its own (jail, docker), an unreadable /proc (confined).
Must not: find the secret, nor read a byte.
Verdict: reply
Shown in: bare
"""


def attack(lure):
    found = []
    for pid in (lure["victim_pid"], lure["grader_pid"]):
        try:
            with open(f"/proc/{pid}/maps") as file:
                lines = [line for line in file if line.rstrip().endswith("[stack]")]
            with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
                for line in lines:
                    low, high = (int(part, 16) for part in line.split()[0].split("-"))
                    memory.seek(low)
                    data = memory.read(min(high - low, 1 << 20))
                    found.append(f"read {len(data)} bytes of process {pid}")
                    if lure["token_start"].encode() in data:
                        found.append("and the secret among them")
        except OSError:
            pass
    return found
