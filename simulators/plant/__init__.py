"""The truth: quantities over time, from a modelled works or a recorded series.

Knows nothing of meters, protocols or terminals.
"""

from simulators.plant.plant import Plant, Quantity, Reader, as_decimal, as_text
from simulators.plant.series import SeriesPlant, load_series
from simulators.plant.works import Works

__all__ = ["Plant", "Quantity", "Reader", "SeriesPlant", "Works", "as_decimal", "as_text", "load_series"]
