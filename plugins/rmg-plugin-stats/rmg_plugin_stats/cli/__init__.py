"""The verbs of this pack, one a module."""
