"""The worker process of the RedGrease engine: runs gear functions for a Redis server.

The server starts it with a socket as standard input (frames), a second one as standard output (control) and a pipe as
standard error (the log). See wire.py for the frames and hub.py for who runs what.
"""

PROTOCOL = 1
