"""Fetches a page by the libraries that everybody knows, and by one that hides that it connects.

Aims at: the refusal of sockets (seccomp), a network of its own (jail), Landlock's rule on TCP (confined).
Must not: reach any listener.
Verdict: reply, timeout
Shown in: bare
"""

import asyncio
import urllib.request


def attack(lure):
    reached = []
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{lure['tcp_port']}/", timeout=0.5).read(1)
        reached.append("a page was fetched")
    except TimeoutError:
        reached.append("a page was asked for")
    except OSError as error:
        # A listener that is no web server answers, or hangs up: it was reached all the same.
        if "refused" not in str(error) and not isinstance(getattr(error, "reason", error), PermissionError):
            reached.append(f"a page was asked for: {error}")
    except Exception as error:
        reached.append(f"a page was asked for: {error}")
    try:
        asyncio.run(connect(lure["tcp_port"]))
        reached.append("asyncio connected")
    except (OSError, TimeoutError):
        pass
    return reached


async def connect(port):
    _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 1)
    writer.write(b"hello\n")
    writer.close()
