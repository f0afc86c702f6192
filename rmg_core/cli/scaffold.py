"""The files of a new pack: what its author goes on from."""

import re
from string import Template
from typing import Final

from packaging.utils import canonicalize_name
from packaging.version import Version

PREFIX: Final = "rmg-plugin-"
"""By custom the name of a pack's distribution begins so."""

GRADER: Final = "is_brief"
"""The one grader of a new pack."""

# What the registry takes, in lower case, and may also end the name of a distribution.
_is_fit = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*").fullmatch

_FILES: Final = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "$distribution"
version = "0.1.0"
description = "The pack $name of rmg: graders of AI responses."
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["attrs>=24.2", "$core"]
optional-dependencies.test = ["rmg-core[testing]"]
entry-points.rmg.$key = "$package"
""",
    "$package/__init__.py": '''\
"""The pack `$name`: whether a response is brief."""

from typing import Annotated

from attrs.validators import ge
from rmg_core import GraderScore, hookimpl


def is_brief(
    response: str, *, limit: Annotated[int, ge(1), "the most words it may have"] = 50
) -> GraderScore:
    """1 when the response has at most `limit` words, else 0."""
    words = len(response.split())
    return GraderScore(float(words <= limit), f"{words} of at most {limit} words")


@hookimpl
def rmg_graders() -> dict[str, object]:
    return {"is_brief": is_brief}
''',
    "$package/py.typed": "",
    "tests/test_$package.py": """\
from rmg_core.testing import Golden, contract

golden = {"is_brief": [Golden({"response": "Thank you."}, 1.0)]}
test_contract = contract("$name", golden=golden)
""",
    "README.md": """\
# $distribution

The pack `$name` of rmg: graders of AI responses.

```bash
python -m pip install $distribution
```

`rmg graders --pack $name` lists its graders, and `rmg show $name/is_brief` says what one takes.
In a config:

```toml
packs = ["$name"]

[dataset]
path = "answers.jsonl"

[graders.brief]
use = "is_brief"
mapper = { response = "response" }  # the field of your data that holds it
options = { limit = 20 }
```

## Work on it

In this folder:

```bash
python -m pip install -e '.[test]'
python -m pytest
```
""",
    ".gitignore": """\
.venv/
__pycache__/
dist/
runs/
""",
}


def fitting(name: str) -> str:
    """Return the name of a pack that `name` is, or was probably meant to be; "" when there is none.

    It can stand in `pack/name`, in the name of a distribution, and in that of a module.
    """
    meant = name if _is_fit(name) else re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    is_long = canonicalize_name(meant).startswith(PREFIX)
    return meant[len(PREFIX) :] if is_long else meant


def distribution_of(name: str) -> str:
    """Return the name of the distribution, and folder, that holds a pack by custom."""
    return canonicalize_name(PREFIX + name)


def files_of(name: str, core_version: str) -> dict[str, str]:
    """Return the texts of a pack by their paths; it requires the rmg-core that it is made for.

    `core_version` is "" where it is not known.
    """
    distribution = distribution_of(name)
    names = {
        "name": name,
        "key": f'"{name}"' if "." in name else name,
        "distribution": distribution,
        "package": distribution.replace("-", "_"),
        "core": f"rmg-core>={Version(core_version).public}" if core_version else "rmg-core",
    }
    return {
        Template(path).substitute(names): Template(text).substitute(names)
        for path, text in _FILES.items()
    }
