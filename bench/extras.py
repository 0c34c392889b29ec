"""The cost of a weight average, penalties and clipping together: the quickstart's network with and without them, in
alternation. Called by scripts/bench."""

import pairs

WITH = ["penalty.l1=1e-6", "penalty.l2=1e-5", "clip.kind=norm", "clip.max_norm=5"]  # the recipe has a weight average

pairs.compare(
    "extras",
    "the average, penalties and clipping together take",
    pairs.arguments(__doc__).parse_args(),
    [*WITH, "checkpoint.every_steps=0"],
    ["averaging=[]", "checkpoint.every_steps=0"],
    settings=WITH,
)
