"""Asks this Python's compiler about each of a JSON list of texts (on standard input): prints its
version and, for each, null or the error."""

import json
import sys
import warnings

warnings.simplefilter("ignore")


def verdict(text):
    try:
        compile(text, "<corpus>", "exec")
    except (SyntaxError, ValueError) as error:
        return "%s: %s" % (type(error).__name__, error)
    return None


texts = json.load(sys.stdin)
print(json.dumps([list(sys.version_info[:2]), [verdict(text) for text in texts]]))
