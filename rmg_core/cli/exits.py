"""What a verb comes to, as an exit code: the one place that turns exceptions into these."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from click.exceptions import ClickException, Exit

from rmg_core.cli.screen import tell
from rmg_core.errors import RmgError, RunFailed, StoreError, StoreRefused

DONE: Final = 0
FAILED: Final = 1
WRONG_QUESTION: Final = 2
STOPPED: Final = 75
CUT_SHORT: Final = 130
"""The exit codes: what was asked for is done; the run failed; the question was wrong; the run
was stopped and can be resumed; it was cut short."""


@contextmanager
def exits() -> Iterator[None]:
    """Say a mistake of the user without a traceback, and exit with the code for it."""
    try:
        yield
    except KeyboardInterrupt:
        tell("interrupted")
        raise Exit(CUT_SHORT) from None
    except ClickException as fault:  # click would tell it where nothing is redacted any more
        fault.show()
        raise Exit(fault.exit_code) from fault
    except (RunFailed, StoreError) as fault:
        tell(str(fault))
        raise Exit(WRONG_QUESTION if isinstance(fault, StoreRefused) else FAILED) from fault
    except RmgError as fault:
        tell(str(fault))
        raise Exit(WRONG_QUESTION) from fault
    except OSError as fault:
        tell(f"{fault.filename}: {fault.strerror}" if fault.filename else str(fault))
        is_of_user = isinstance(
            fault, FileNotFoundError | PermissionError | IsADirectoryError | NotADirectoryError
        )
        raise Exit(WRONG_QUESTION if is_of_user else FAILED) from fault
