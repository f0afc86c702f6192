"""What a test that grades fails with, of which the text is all that has to be read."""


class GradesTooLow(AssertionError):
    """What was graded does not come up to what the test asks for: the test fails."""


class NotGraded(Exception):
    """Something could not be graded: the test is in error, and says nothing of the grades."""


class Misused(Exception):
    """A call or a marker says nothing that can be done; becomes `NotGraded`."""


for each in (GradesTooLow, NotGraded):  # pytest shows where a class lives, which is its door
    each.__module__ = "rmg_plugin_pytest"
