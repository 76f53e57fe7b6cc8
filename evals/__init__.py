"""How good the answers are: public questions, figures with intervals, and the alternatives beside them.

Not in the wheel. `python -m evals.run --help` says what there is.
"""
