"""The fair officer score: what an officer's ratings say beside those of colleagues on the same work.

`parts` gathers release rows, `baselines` and `estimate` make the parameter sheet from them, `sheet` is that sheet, and
`apply` computes one officer's score from the published sheet alone. There is no rank, no percentile and no list.
"""
