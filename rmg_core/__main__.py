"""`python -m rmg_core`: the same as `rmg`."""

from rmg_core.cli import main

if __name__ == "__main__":
    main()
