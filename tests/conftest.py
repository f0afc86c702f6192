"""What several test files share: packs that are installed for one test."""

import importlib
import importlib.metadata
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from rmg_core.registry import Registry, installed

# A shared machine is slow at times, and says nothing about the code by it.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

PACKS = Path(__file__).parent / "packs"
InstallPack = Callable[..., Registry]


def write_pack(
    folder: Path,
    name: str,
    source: str | Mapping[str, str],
    *,
    version: str,
    requires: Sequence[str],
    extras: Sequence[str],
    distribution: str,
    module: str,
) -> None:
    """Write what pip would: a package and its `dist-info`."""
    files = {"__init__.py": source} if isinstance(source, str) else source
    for file, text in files.items():
        path = folder / module / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    info = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {distribution}", f"Version: {version}"]
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {line}" for line in requires]
    (info / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[rmg]\n{name} = {module}\n", encoding="utf-8")
    (info / "RECORD").write_text("".join(f"{module}/{file},,\n" for file in files), "utf-8")


@pytest.fixture
def no_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do as if the pack of statistics were not installed."""
    monkeypatch.setattr("rmg_core.statistics.PACK", "none")


@pytest.fixture
def install_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstallPack:
    """Install packs for one test.

    `install_pack(name, source)` writes the pack to a folder of its own and puts that on the import
    path. `source` is the text of the module, or a mapping of its files; without it the pack is
    `tests/packs/<name>`. Returns a registry over the packs installed so far and no others, with
    rmg's own `basic`; `installed()` sees them too.
    """
    folders: list[str] = []
    before = set(sys.modules)

    def install(
        name: str,
        source: str | Mapping[str, str] | None = None,
        *,
        version: str = "1.0",
        requires: Sequence[str] = (),
        extras: Sequence[str] = (),
        distribution: str = "",
        module: str = "",
    ) -> Registry:
        folder = tmp_path / f"site{len(folders)}"
        module = module or f"rmg_plugin_{name}"
        for each in [*sys.modules]:
            if each == module or each.startswith(f"{module}."):
                # An installed pack of that name may have been imported; it comes back afterwards.
                monkeypatch.delitem(sys.modules, each)
        if source is None:
            source = {path.name: path.read_text("utf-8") for path in (PACKS / name).glob("*.py")}
        write_pack(
            folder,
            name,
            source,
            version=version,
            requires=requires,
            extras=extras,
            distribution=distribution or f"rmg-plugin-{name}",
            module=module,
        )
        folders.append(str(folder))
        monkeypatch.syspath_prepend(folder)
        importlib.invalidate_caches()
        installed.cache_clear()
        return Registry(importlib.metadata.distributions(path=folders))

    yield install
    installed.cache_clear()
    for module in set(sys.modules) - before:
        file = getattr(sys.modules[module], "__file__", None) or ""
        if file.startswith(str(tmp_path)):
            del sys.modules[module]
