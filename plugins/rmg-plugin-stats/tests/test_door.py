import subprocess
import sys

import rmg_plugin_stats


def test_the_pack_offers_verbs_and_statistics():
    assert rmg_plugin_stats.__all__ == ["rmg_commands", "rmg_statistics"]


def test_importing_the_pack_imports_no_figure_and_no_numpy():
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import rmg_plugin_stats;"
        "print([name for name in sys.modules"
        " if name.startswith(('rmg_plugin_stats.', 'numpy', 'scipy'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout == "[]\n"
