"""Tests of the worker without a server: `make unit` runs them, or `python3 -m unittest` in the directory above."""
