"""How the reader's weights are made: data, near-misses, training, quantising, calibration.

Not in the wheel. `python -m training.reader --help` says how to run it.
"""
