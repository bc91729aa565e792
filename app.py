"""`python app.py` is `copilot serve`: console and jobs."""

import sys

from copilot.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "serve")
    main()
