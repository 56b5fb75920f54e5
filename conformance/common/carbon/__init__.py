"""The oracle of carbon accounting: from what the meters said to every figure, in exact rational numbers (R-23).

Leaves what the terminal published to the judges. Written from the facts page of the project and the documents it cites,
never from a terminal. `units` brings inputs into the units of the formulas, `tables` holds the documents' defaults,
`formulas` the formulas, `methods` which document has which, `reckon` the figures of a history, `chain` one figure step
by step for a reader.
"""
