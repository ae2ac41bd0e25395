"""Starts a worker."""

import os
import sys

if __name__ == "__main__":
    # Isolated mode leaves the package's own directory out of the path. Last, so that it hides nothing.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from redgrease_worker.start import main

    main()
