"""The cost of checkpoints: the quickstart's network with and without them, in alternation. Called by scripts/bench."""

import pairs

parser = pairs.arguments(__doc__)
parser.add_argument("--every", type=int, default=50)
options = parser.parse_args()
if options.smoke:
    options.every = min(options.every, 10)  # so that the few steps include checkpoints
pairs.compare(
    "saving",
    f"saving every {options.every} steps takes",
    options,
    [f"checkpoint.every_steps={options.every}"],
    ["checkpoint.every_steps=0"],
    every_steps=options.every,
)
