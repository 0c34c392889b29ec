"""Fails unless a file contains one JSON object in which each of the keys is a number above 0.

sane.py FILE KEY...
"""

import json
import pathlib
import sys

found = json.loads(pathlib.Path(sys.argv[1]).read_text())
wrong = [key for key in sys.argv[2:] if not (isinstance(found.get(key), (int, float)) and found[key] > 0)]
if wrong:
    sys.exit(f"{sys.argv[1]}: no number above 0 for {', '.join(wrong)} in {found}")
