"""One module per audience: parse, run one use case, render."""
