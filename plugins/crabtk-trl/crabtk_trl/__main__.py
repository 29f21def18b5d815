"""A child process: ``python -m crabtk_trl JOB_FILE CALLER_PID``."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path

from crabtk.errors import TrainingError
from crabtk_trl.channel import Channel, exit_with_parent
from crabtk_trl.distribution import launched, rank, reports
from crabtk_trl.jobfile import JobFile


def main() -> int:
    """Run one job; 0 when it is done, 1 when the parent was told why not."""
    exit_with_parent(os.getppid() if launched() else int(sys.argv[2]))
    # Ctrl-C reaches the whole process group; the parent ends this process in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel.on_stdout() if reports() else Channel.for_errors()
    try:
        from crabtk_trl.child import run

        channel.send(outcome=run(JobFile.read(Path(sys.argv[1])), channel))
    except TrainingError as error:
        sys.stderr.write(f"{error}\n")  # whole, into the log
        channel.send(error=str(error))
        return 1
    except Exception:
        if not launched():
            raise
        # As torch marks tracebacks once processes are joined: the log has several, and other lines in between.
        mark = f"[rank{rank()}]: "
        sys.stderr.write("".join(f"{mark}{line}\n" for line in traceback.format_exc().splitlines()))
        return 1
    return 0


sys.exit(main())
