"""A pack that imports a heavy library as soon as it is named."""

import pandas as pd

from rmg_core import hookimpl


def rows(response: str) -> float:
    """1 when the response has a line, else 0."""
    return float(len(pd.Series(response.splitlines())) > 0)


@hookimpl
def rmg_graders():
    return {"rows": rows}
