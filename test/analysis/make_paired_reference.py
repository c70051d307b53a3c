"""Writes paired-reference.json beside it, from real statsmodels and scipy.

pip install scipy statsmodels
python make_paired_reference.py
"""
import json
import numpy as np
from scipy.stats import bootstrap
from statsmodels.stats.contingency_tables import mcnemar

rng = np.random.default_rng(9)
# Both right, only the first, only the second, none.
tables = [[700, 20, 45, 235], [90, 3, 9, 8], [6000, 800, 790, 2410], [50, 0, 0, 10], [30, 0, 12, 3], [0, 5, 5, 0]]


def case(both, first, second, none):
    p = mcnemar([[both, first], [second, none]], exact=True).pvalue
    changes = np.repeat([0, -1, 1], [both + none, first, second]).astype(float)
    interval = [0.0, 0.0]
    if first + second:
        result = bootstrap((changes,), np.mean, n_resamples=20_000, batch=200, method="percentile", rng=rng)
        interval = list(result.confidence_interval)
    return {"both": both, "first": first, "second": second, "none": none, "pValue": p, "interval": interval}


json.dump([case(*table) for table in tables], open("paired-reference.json", "w"))
