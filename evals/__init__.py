"""Measure the quality of answers: public questions, figures with intervals, and other systems for comparison.

Not part of the wheel. `python -m evals.run --help` lists the data sets.
"""
