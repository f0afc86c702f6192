"""The runner: samples in, outcomes out, within limits that hold."""
