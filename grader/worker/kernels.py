"""An IPython kernel in this very process, and nbclient's client for it.

Both talk over ZeroMQ's `inproc` transport: memory of the process. So a whole run needs no socket, no port, no file and
no second process, and the box it happens in is as strict as for any other code. The price is that client and kernel
die together; who waits outside knows which cell was running.

Jupyter's packages are imported when a run is asked for: a worker starts without them.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import sys
import tempfile
from types import SimpleNamespace
from typing import Any

__all__ = ["cell_name", "connect", "own_loop", "start_kernel"]

_READY_S = 30
_NOWHERE, _ROOT = "/nonexistent", "/"


def cell_name(place: int) -> str:
    """The file that the code of a cell seems to come from, in tracebacks."""
    return f"<cell {place}>"


def start_kernel() -> Any:
    """The kernel's application, its kernel started; it runs in this thread's event loop."""
    _have_a_place()
    app = _application().instance(config=_settings(), transport="ipc")
    app.profile_dir = _profile(location=_NOWHERE)
    app.init_sockets()
    app.init_io()
    app.init_signal()
    app.init_kernel()
    app.init_shell()
    app.init_gui_pylab()
    _take_shell_away(app.shell)
    _use_inline_figures(app.shell)
    app.kernel.start()
    return app


async def connect(app: Any, notebook: Any, client_class: Any) -> Any:
    """nbclient's client of the kernel, which may live in another thread.

    Args:
        notebook: As nbformat has it.
        client_class: `nbclient.NotebookClient` or a class made from it.
    """
    zmq = importlib.import_module("zmq.asyncio")
    channels = _channels()(context=zmq.Context.shadow(app.context.underlying), session=app.session)
    for name in ("shell", "iopub", "stdin", "control"):
        setattr(channels, f"{name}_port", getattr(app, f"{name}_port"))
    client = client_class(notebook, allow_errors=True, timeout=None, store_widget_state=False)
    client.km = SimpleNamespace(is_alive=lambda: True)
    client.kc = channels
    channels.start_channels()
    await channels.wait_for_ready(timeout=_READY_S)
    channels.allow_stdin = False
    return client


def _application() -> Any:
    app: Any = importlib.import_module("ipykernel.kernelapp").IPKernelApp

    class Application(app):  # type: ignore[misc]
        """The kernel's application without its connection file, ports and heartbeat."""

        _places = 0
        iopub_port: Any

        def _try_bind_socket(self, socket: Any, port: int) -> int:
            self._places += 1
            socket.bind(_address(self._places))
            return self._places

        def init_heartbeat(self) -> None: ...

        def _ipython_dir_default(self) -> str:
            return _ROOT

        def init_iopub(self, context: Any) -> None:
            self.iopub_socket = context.socket(importlib.import_module("zmq").XPUB)
            self.iopub_port = self._bind_socket(self.iopub_socket, self.iopub_port)
            self.configure_tornado_logger()
            # Without the port on which its own takes what child processes print.
            thread = importlib.import_module("ipykernel.iostream").IOPubThread
            self.iopub_thread = thread(self.iopub_socket, pipe=False, session=self.session)
            self.iopub_thread.start()
            self.iopub_socket = self.iopub_thread.background_socket

    return Application


def _channels() -> Any:
    client: Any = importlib.import_module("jupyter_client.asynchronous.client").AsyncKernelClient

    class Channels(client):  # type: ignore[misc]
        """A kernel's client within its process."""

        def _make_url(self, channel: str) -> str:
            return _address(getattr(self, f"{channel}_port"))

        def start_channels(self, *args: Any, **kwargs: Any) -> None:
            super().start_channels(hb=False)

        async def is_alive(self) -> bool:
            return True

    return Channels


def _address(place: int) -> str:
    return f"inproc://kernel-{place}"


def _settings() -> Any:
    settings = importlib.import_module("traitlets.config").Config()
    settings.HistoryManager.enabled = False  # nothing is written
    settings.HistoryManager.hist_file = ":memory:"
    settings.InteractiveShell.colors = "nocolor"
    settings.IPKernelApp.log_level = 50
    # What is written to descriptor 1 itself goes where all output of a worker goes.
    settings.IPKernelApp.capture_fd_output = False
    return settings


def _profile(*, location: str) -> Any:
    profile: Any = importlib.import_module("IPython.core.profiledir").ProfileDir

    class Profile(profile):  # type: ignore[misc]
        """A profile that is no folder: in some boxes nothing can be written."""

        def _location_changed(self, change: Any) -> None: ...
        def check_dirs(self, change: Any = None) -> None: ...

    return Profile(location=location)


def _have_a_place() -> None:
    """Let those who ask for the folder of IPython's settings, or of temporary files, have an answer without one."""
    shell: Any = importlib.import_module("IPython.core.interactiveshell")
    shell.get_ipython_dir = lambda: _ROOT
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = "/tmp"


def _take_shell_away(shell: Any) -> None:
    """Have commands (`!pip install …`) do nothing and say so, as a shell says that it does not know one."""

    def refuse(command: str) -> None:
        shell.user_ns["_exit_code"] = 127
        sys.stderr.write(f"!{command}: there are no commands and no network here; nothing was run.\n")

    def nothing(command: str, *args: Any, **kwargs: Any) -> list[str]:
        refuse(command)
        return []

    shell.system = shell.system_piped = shell.system_raw = refuse
    shell.getoutput = nothing


def _use_inline_figures(shell: Any) -> None:
    """Have figures shown by cells, as Jupyter does; matplotlib may have been loaded before it could be told."""
    before = shell.enable_matplotlib

    def enable(gui: str | None = None) -> Any:
        # `%matplotlib widget` needs a browser, and no cell should fail for that.
        if gui in (None, "agg", "inline") and importlib.util.find_spec("matplotlib") is not None:
            return before(gui)
        sys.stderr.write(f"%matplotlib {gui}: figures are shown inline here, or not at all.\n")
        return gui, "inline"

    shell.enable_matplotlib = enable
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]


def own_loop() -> asyncio.AbstractEventLoop:
    """A fresh event loop for this thread."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop
