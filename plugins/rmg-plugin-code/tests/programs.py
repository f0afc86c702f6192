"""Programs that cheat, and programs that are honest, with the tests that they are graded by."""
# A program on a line is easier to read than one that is cut to the width of the page.
# ruff: noqa: E501

ADD = (
    {"args": [1, 2], "expected": 3},
    {"args": [5], "kwargs": {"b": 7}, "expected": 12},
    {"args": [-1, 1], "expected": 0},
)
SUM = ({"stdin": "1 2\n", "stdout": "3\n"}, {"stdin": "5 7\n", "stdout": "12\n"})

FIND = """
import gc, inspect, sys

def hunt():
    seen = []
    frame = sys._getframe()
    while frame:
        seen += [frame.f_locals, frame.f_globals]
        frame = frame.f_back
    seen += [each for each in gc.get_objects() if type(each) is dict]
    for each in seen:
        for key in list(each):
            if key in ("expected", "answer", "gold", "reference", "stdout"):
                return each[key]
    return None
"""

CHEATS_OF_A_CALL = {
    "ends at import": "import os; os._exit(0)",
    "exits at import": "import sys; sys.exit(0)",
    "exits with a text": "def add(a, b): raise SystemExit('3')",
    "exits when called": "import os\ndef add(a, b): os._exit(0)",
    "prints the result and ends": (
        "import os\ndef add(a, b):\n print(a + b, flush=True)\n os._exit(0)"
    ),
    "prints a verdict": (
        "print('{\"passed\": true, \"score\": 1.0}')\nprint('OK')\ndef add(a, b): pass"
    ),
    "prints what tests print": "print('3 passed in 0.01s')\ndef add(a, b): return None",
    "is a constant": "def add(a, b): return 3",
    "answers twice": (
        "import os\ndef add(a, b):\n"
        " for fd in range(3, 64):\n"
        "  try: os.write(fd, b'%d\\n' % (a + b))\n"
        "  except OSError: pass\n"
        " return a + b"
    ),
    "answers everything": (
        "import os\nfor fd in range(3, 64):\n"
        " try: os.write(fd, b''.join(b'%d\\n' % n for n in range(20)))\n"
        " except OSError: pass\nos._exit(0)"
    ),
    "forges one answer for all": (
        "import os\nfor fd in range(3, 64):\n"
        " try: os.write(fd, b'3\\n')\n"
        " except OSError: pass\nos._exit(0)"
    ),
    "answers without the end of the line": (
        "import os\ndef add(a, b):\n for fd in range(3, 64):\n"
        "  try: os.write(fd, b'%d' % (a + b))\n"
        "  except OSError: pass\n os._exit(0)"
    ),
    "says it is ready again": (
        "import os\nfor fd in range(3, 64):\n"
        " try: os.write(fd, b'ready\\n3\\n')\n"
        " except OSError: pass\nos._exit(0)"
    ),
    "is equal to everything": (
        "class All:\n def __eq__(self, other): return True\n __hash__ = None\n"
        "def add(a, b): return All()"
    ),
    "is a number equal to everything": (
        "class All(int):\n def __eq__(self, other): return True\n def __hash__(self): return 0\n"
        "def add(a, b): return All(99)"
    ),
    "is a text equal to everything": (
        "class All(str):\n def __eq__(self, other): return True\n def __hash__(self): return 0\n"
        "def add(a, b): return All('x')"
    ),
    "is a list equal to everything": (
        "class All(list):\n def __eq__(self, other): return True\ndef add(a, b): return All()"
    ),
    "is a table equal to everything": (
        "class All(dict):\n def __eq__(self, other): return True\ndef add(a, b): return All()"
    ),
    "is a float": "def add(a, b): return float(a + b)",
    "is a text": "def add(a, b): return str(a + b)",
    "is a list": "def add(a, b): return [a + b]",
    "is nothing": "def add(a, b): pass",
    "is not a number": "def add(a, b): return float('nan')",
    "is no end": "def add(a, b): return float('inf')",
    "is all at once": "def add(a, b): return list(range(100))",
    "patches the encoder": (
        "import json\njson.dumps = lambda *a, **k: 'true'\ndef add(a, b): return None"
    ),
    "patches the encoder to answer by itself": (
        "import json\n\nclass Line(str):\n def encode(self, *a): return b'3'\n"
        "json.dumps = lambda *a, **k: Line('3')\ndef add(a, b): return None"
    ),
    "replaces the module of the encoder": (
        "import sys, types\nfake = types.ModuleType('json')\nfake.loads = lambda text: "
        "{'function': 'add', 'args': [], 'kwargs': {}}\nfake.dumps = lambda *a, **k: '3'\n"
        "sys.modules['json'] = fake\ndef add(*a): return None"
    ),
    "patches what is built in": (
        "import builtins\nbuiltins.type = lambda *a: int\nbuiltins.isinstance = lambda *a: True\n"
        "builtins.all = builtins.any = lambda *a: True\ndef add(a, b): return 'x'"
    ),
    "patches the way out": (
        "import os\nold = os._exit\ndef out(code):\n for fd in range(3, 64):\n"
        "  try: os.write(fd, b'12\\n')\n  except OSError: pass\n old(0)\n"
        "os._exit = out\ndef add(a, b): return 12"
    ),
    "patches the launcher": (
        "import sys\nmain = sys.modules['__main__']\nmain.call = lambda *a: sys.exit(0)\n"
        "main.READY = b'3\\n'\ndef add(a, b): return None"
    ),
    "hunts for what is expected in frames and objects": FIND + "def add(a, b): return hunt()",
    "hunts in frames with tracing": (
        "import sys\nfound = []\n"
        "def trace(frame, *rest):\n found.append(frame.f_locals.get('expected'))\n return trace\n"
        "sys.settrace(trace)\nsys.setprofile(trace)\n"
        "def add(a, b): return next((f for f in found if f is not None), None)"
    ),
    "reads what is left to read": (
        "import sys\ndef add(a, b):\n text = sys.stdin.read()\n return int(text or 99)"
    ),
    "looks for the tests on disk": (
        "import glob\ndef add(a, b):\n for path in glob.glob('/**/*.jsonl', recursive=True):\n"
        "  return open(path).read()\n return len(glob.glob('/*/*')) + 99"
    ),
    "reads what the system knows of processes": (
        "import glob\ndef add(a, b):\n"
        " for name in glob.glob('/proc/[0-9]*/cmdline') + glob.glob('/proc/[0-9]*/environ'):\n"
        "  try: return open(name).read()\n  except OSError: pass\n return 'nothing'"
    ),
    "keeps the results of other cases": (
        "import os\ndef add(a, b):\n try:\n"
        "  with open(os.environ['TMPDIR'] + '/kept', 'a+') as f:\n   f.seek(0); old = f.read(); f.write('3')\n"
        "   return 3 if not old else a + b\n"
        " except OSError: return 3"
    ),
    "answers from a thread that goes on": (
        "import os, threading, time\ndef late():\n while True:\n  for fd in range(3, 64):\n"
        "   try: os.write(fd, b'12\\n')\n   except OSError: pass\n"
        "threading.Thread(target=late).start()\ntime.sleep(0.05)\ndef add(a, b): return a + b"
    ),
    "answers when it ends": (
        "import atexit, os\ndef late():\n for fd in range(3, 64):\n"
        "  try: os.write(fd, b'3\\n')\n  except OSError: pass\n"
        "atexit.register(late)\ndef add(a, b): raise ValueError"
    ),
    "answers from a signal": (
        "import os, signal\ndef late(*a):\n os._exit(0)\nsignal.signal(signal.SIGALRM, late)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.01)\ndef add(a, b):\n while True: pass"
    ),
    "answers with a key twice": (
        "import os\nfor fd in range(3, 64):\n"
        ' try: os.write(fd, b\'{"a": 1, "a": 3}\\n\')\n'
        " except OSError: pass\nos._exit(0)"
    ),
    "lets a child answer": (
        "import os\nif os.fork() == 0:\n os._exit(0)\ndef add(a, b): return a + b"
    ),
    "kills the supervisor": (
        "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\ndef add(a, b): return a + b"
    ),
    "closes the way of the answer": (
        "import os\ndef add(a, b):\n os.closerange(3, 64)\n return a + b"
    ),
    "is so deep that nobody can read it": (
        "import os\nfor fd in range(3, 64):\n"
        " try: os.write(fd, b'[' * 50000 + b']' * 50000 + b'\\n')\n"
        " except OSError: pass\nos._exit(0)"
    ),
    "has a number too long to read": (
        "import os\nfor fd in range(3, 64):\n try: os.write(fd, b'9' * 50000 + b'\\n')\n"
        " except OSError: pass\nos._exit(0)"
    ),
}

CHEATS_OF_A_STREAM = {
    "prints nothing": "import os; os._exit(0)",
    "prints a constant": "print(3)",
    "prints all results": "for n in range(100): print(n)",
    "prints a verdict beside": "print('3'); print('12'); print('PASSED')",
    "takes back what it printed": "print('12\\b\\b3', end='')",
    "prints to errors": (
        "import sys\na, b = map(int, input().split())\nprint(a + b, file=sys.stderr)"
    ),
    "is right and fails": "a, b = map(int, input().split()); print(a + b); raise SystemExit(1)",
    "is right and is killed": (
        "import os, signal\na, b = map(int, input().split())\nprint(a + b, flush=True)\n"
        "signal.raise_signal(signal.SIGSEGV)"
    ),
    "prints on when it ends": (
        "import atexit\natexit.register(print, 'more')\n"
        "a, b = map(int, input().split())\nprint(a + b)"
    ),
    "prints on from a thread": (
        "import threading, time\ndef late():\n time.sleep(0.05)\n print('more')\n"
        "threading.Thread(target=late).start()\na, b = map(int, input().split())\nprint(a + b)"
    ),
    "prints what it hunts for": FIND + "print(hunt())",
}

HONEST = {
    "adds": ("def add(a, b):\n    return a + b", ADD, "add"),
    "prints beside": (
        "print('loading')\ndef add(a, b):\n    print('adding', a, b)\n    return a + b",
        ADD,
        "add",
    ),
    "prints errors beside": (
        "import sys\ndef add(a, b):\n    print('x', file=sys.stderr)\n    return a + b",
        ADD,
        "add",
    ),
    "is a lambda": ("add = lambda a, b: a + b", ADD, "add"),
    "is partial": (
        "from functools import partial\ndef f(x, a, b): return a + b\nadd = partial(f, 0)",
        ADD,
        "add",
    ),
    "is a method": (
        "class Solution:\n    def add(self, a, b):\n        return a + b",
        ADD,
        "Solution.add",
    ),
    "is a static method": (
        "class Solution:\n    @staticmethod\n    def add(a, b):\n        return a + b",
        ADD,
        "Solution.add",
    ),
    "has a part that is the main program": (
        "def add(a, b):\n    return a + b\n\nif __name__ == '__main__':\n    print(add(1, 'x'))",
        ADD,
        "add",
    ),
    "recurses": (
        "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)",
        [{"args": [15], "expected": 610}],
        "fib",
    ),
    "recurses deep": (
        (
            "import sys\nsys.setrecursionlimit(20000)\ndef depth(n):\n"
            "    return 0 if n == 0 else 1 + depth(n - 1)"
        ),
        [{"args": [9000], "expected": 9000}],
        "depth",
    ),
    "has text of many scripts": (
        "def turn(text):\n    return text[::-1]",
        [{"args": ["añ日🎉"], "expected": "🎉日ña"}],
        "turn",
    ),
    "has names of many scripts": (
        "def größe(ä):\n    return len(ä)",
        [{"args": ["日本"], "expected": 2}],
        "größe",
    ),
    "has halves of characters": (
        "def same(text):\n    return text",
        [{"args": ["\ud800"], "expected": "\ud800"}],
        "same",
    ),
    "computes floats": (
        "def third(x):\n    return x / 3",
        [{"args": [1], "expected": 1 / 3}, {"args": [3.0], "expected": 1.0}],
        "third",
    ),
    "computes large numbers": (
        "def power(n):\n    return 2 ** n",
        [{"args": [200], "expected": 2**200}],
        "power",
    ),
    "has tables in another order": (
        "def count(text):\n    return {c: text.count(c) for c in sorted(set(text), reverse=True)}",
        [{"args": ["aab"], "expected": {"a": 2, "b": 1}}],
        "count",
    ),
    "returns a default table": (
        "from collections import Counter\ndef count(text):\n    return Counter(text)",
        [{"args": ["aab"], "expected": {"b": 1, "a": 2}}],
        "count",
    ),
    "returns a pair": (
        "def pair(a, b):\n    return b, a",
        [{"args": [1, "x"], "expected": ["x", 1]}],
        "pair",
    ),
    "returns nothing": ("def f():\n    pass", [{"args": [], "expected": None}], "f"),
    "returns truth": ("def f(x):\n    return x > 1", [{"args": [2], "expected": True}], "f"),
    "returns nested values": (
        "def f():\n    return {'a': [1, {'b': None}], 'c': ''}",
        [{"args": [], "expected": {"a": [1, {"b": None}], "c": ""}}],
        "f",
    ),
    "uses classes": (
        (
            "from dataclasses import dataclass\n@dataclass(order=True)\nclass P:\n    x: int\n    y: int\n"
            "def top(rows):\n    return max(P(*row) for row in rows).x"
        ),
        [{"args": [[[1, 2], [3, 0]]], "expected": 3}],
        "top",
    ),
    "uses enumerations and names": (
        (
            "from enum import IntEnum\nfrom typing import NamedTuple\nclass C(IntEnum):\n    RED = 1\n"
            "class N(NamedTuple):\n    a: int\ndef f():\n    return [C.RED, N(2)]"
        ),
        [{"args": [], "expected": [1, [2]]}],
        "f",
    ),
    "uses generators": (
        (
            "def squares(n):\n    def each():\n        yield from (i * i for i in range(n))\n"
            "    return list(each())"
        ),
        [{"args": [4], "expected": [0, 1, 4, 9]}],
        "squares",
    ),
    "uses the library": (
        (
            "import bisect, collections, datetime, decimal, fractions, hashlib, heapq, itertools, math\n"
            "import random, re, statistics, uuid, zlib\n"
            "def f():\n    random.seed(1)\n    return [math.gcd(4, 6), str(fractions.Fraction(2, 4)),\n"
            "        hashlib.sha256(b'').hexdigest()[:4], str(datetime.date(2024, 2, 29))]"
        ),
        [{"args": [], "expected": [2, "1/2", "e3b0", "2024-02-29"]}],
        "f",
    ),
    "knows time zones": (
        (
            "from datetime import datetime\nfrom zoneinfo import ZoneInfo\ndef f():\n"
            "    return datetime(2024, 7, 1, tzinfo=ZoneInfo('UTC')).isoformat()"
        ),
        [{"args": [], "expected": "2024-07-01T00:00:00+00:00"}],
        "f",
    ),
    "uses threads": (
        (
            "from concurrent.futures import ThreadPoolExecutor\ndef f(n):\n"
            "    with ThreadPoolExecutor(4) as pool:\n        return sum(pool.map(abs, range(-n, 0)))"
        ),
        [{"args": [4], "expected": 10}],
        "f",
    ),
    "uses twenty threads at once": (
        (
            "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n"
            "meeting = threading.Barrier(20, timeout=5)\n"
            "def one(n):\n    meeting.wait()\n    return len([bytes(1000) for _ in range(n)])\n"
            "def f():\n    with ThreadPoolExecutor(20) as pool:\n"
            "        return sum(pool.map(one, [100] * 20))"
        ),
        [{"args": [], "expected": 2000}],
        "f",
    ),
    "uses an event loop": (
        (
            "import asyncio\nasync def one(n):\n    await asyncio.sleep(0)\n    return n\n"
            "async def both():\n    return await asyncio.gather(one(1), one(2))\n"
            "def f():\n    return asyncio.run(both())"
        ),
        [{"args": [], "expected": [1, 2]}],
        "f",
    ),
    "uses a database in memory": (
        (
            "import sqlite3\ndef f():\n    return sqlite3.connect(':memory:').execute("
            "'SELECT 1 + 1').fetchone()"
        ),
        [{"args": [], "expected": [2]}],
        "f",
    ),
    "catches its errors": (
        (
            "def f(x):\n    try:\n        return 1 // x\n    except ZeroDivisionError:\n"
            "        return 'none'\n    finally:\n        pass"
        ),
        [{"args": [0], "expected": "none"}],
        "f",
    ),
    "patches what is its own": (
        "import builtins\nprint = lambda *a: None\ndef f():\n    print('x')\n    return 1",
        [{"args": [], "expected": 1}],
        "f",
    ),
    "has a global state": (
        "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)",
        [{"args": [1], "expected": 1}, {"args": [2], "expected": 1}],
        "f",
    ),
    "returns much": (
        "def f(n):\n    return list(range(n))",
        [{"args": [20000], "expected": list(range(20000))}],
        "f",
    ),
    "takes much": (
        "def f(text):\n    return len(text)",
        [{"args": ["x" * 300000], "expected": 300000}],
        "f",
    ),
    "leaves a thread behind": (
        (
            "import threading, time\ndef f():\n"
            "    threading.Thread(target=time.sleep, args=(60,)).start()\n    return 1"
        ),
        [{"args": [], "expected": 1}],
        "f",
    ),
    "reads numbers": ("a, b = map(int, input().split())\nprint(a + b)", SUM, None),
    "reads all": (
        "import sys\nprint(sum(map(int, sys.stdin.read().split())))",
        SUM,
        None,
    ),
    "reads lines to the end": (
        "import sys\nfor line in sys.stdin:\n    print(sum(map(int, line.split())))",
        SUM,
        None,
    ),
    "reads bytes": (
        (
            "import sys\ndata = sys.stdin.buffer.read().split()\n"
            "sys.stdout.buffer.write(str(int(data[0]) + int(data[1])).encode())"
        ),
        SUM,
        None,
    ),
    "is a main program": (
        (
            "def main():\n    a, b = map(int, input().split())\n    print(a + b)\n\n"
            "if __name__ == '__main__':\n    main()"
        ),
        SUM,
        None,
    ),
    "exits well": (
        "import sys\na, b = map(int, input().split())\nprint(a + b)\nsys.exit(0)",
        SUM,
        None,
    ),
    "exits as in a shell": ("print(3)\nexit()", [{"stdin": "", "stdout": "3"}], None),
    "quits as in a shell": ("print(3)\nquit(0)", [{"stdin": "", "stdout": "3"}], None),
    "opens its input by name": (
        "with open('/dev/stdin') as file:\n    print(sum(map(int, file.read().split())))",
        SUM,
        None,
    ),
    "opens its input by a path": (
        ("from pathlib import Path\nprint(sum(map(int, Path('/dev/stdin').read_text().split())))"),
        SUM,
        None,
    ),
    "names another coding": (
        "# -*- coding: latin-1 -*-\nprint('é', len('é'))",
        [{"stdin": "", "stdout": "é 1"}],
        None,
    ),
    "begins with the mark of a byte order": (
        "\ufeffprint(3)",
        [{"stdin": "", "stdout": "3"}],
        None,
    ),
    "prints in between": (
        "a, b = map(int, input('').split())\nprint(a + b, end='  \\n\\n')",
        SUM,
        None,
    ),
    "reads other scripts": (
        "print(input()[::-1])",
        [{"stdin": "añ日🎉\n", "stdout": "🎉日ña\n"}],
        None,
    ),
    "prints at its end": (
        "import atexit\natexit.register(lambda: print('bye'))\nprint('hi')",
        [{"stdin": "", "stdout": "hi\nbye"}],
        None,
    ),
    "does not read": ("print(3)", [{"stdin": "x" * 300000, "stdout": "3"}], None),
}
