"""Samples of the graders that run no program; every grade follows from its definition by hand."""

from typing import Any

from rmg_core.testing import Golden

BRANCHES = (
    "def f(x):\n    if x and x > 1:\n        return 1\n    return 0\n\n\ndef g():\n    return 2\n"
)
CITIES = (
    "CREATE TABLE city (name TEXT, people INTEGER);"
    "INSERT INTO city VALUES ('Rome', 3), ('Bari', 1), ('Lodi', 1);"
)
ONE_FILE = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
TWO_FILES = f"{ONE_FILE}--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-y = 1\n+y = 2\n"


def code(response: Any, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response}, expected, options)


def patch(response: str, reference: str, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response, "reference": reference}, expected, options)


def query(response: str, reference: str, expected: Any, **options: Any) -> Golden:
    inputs = {"response": response, "reference": reference, "schema": CITIES}
    return Golden(inputs, expected, options)


STATIC = {
    "complexity": [
        # if, and: 2 branches + 1; g has none.
        code(BRANCHES, 3.0),
        code(BRANCHES, 2.0, reduce="mean"),
        code("def f(:", "skip"),
    ],
    "patch_similarity": [
        patch(ONE_FILE, ONE_FILE, 1.0),
        patch(ONE_FILE, TWO_FILES, 0.5),
        patch("abcd", "bcde", 0.75),
        patch("Change x.", ONE_FILE, 0.0),
        patch(ONE_FILE, "Change x.", "bad_input", compare="files"),
    ],
    "security_findings": [
        code("import os\n\nprint(os.getcwd())\n", 0.0),
        code("eval(input())\n", 1.0),
        code("eval(input())\n", 0.0, severity="high"),
        code("eval(", "skip"),
    ],
    "sql_equivalent": [
        query("SELECT name FROM city WHERE people = 3", "SELECT 'Rome'", 1.0),
        query("SELECT name FROM city", "SELECT 'Rome'", 0.0),
        query("DROP TABLE city", "SELECT 'Rome'", 0.0),
        query("SELECT 1", "SELECT town FROM city", "bad_input"),
    ],
    "sql_parses": [
        code("SELECT name FROM city", 1.0),
        code("SELECT FROM WHERE", 0.0),
        code("SELECT 1; SELECT 2", 0.0, single=True),
    ],
    "style": [
        code("x = 1\n", 0.0),
        # One finding, F401, in two lines.
        code("import os\nx = 1\n", 500.0),
        code("import os\nx = 1\n", 0.0, ignore=["F401"]),
        code("x = (", "skip"),
    ],
    "syntax": [
        code("x = 1", 1.0),
        code("```python\nx = 1\n```\n```python\nx = (\n```", 0.0),
        code("```python\nx = 1\n```\n```python\nx = (\n```", 0.5, share=True),
        code(3, "bad_input"),
    ],
}
