"""The sandbox: a program runs once, fenced in, and what it wrote is read from a pipe."""
