"""Writes seeds-reference.json beside it, from real statsmodels and scipy.

pip install scipy statsmodels
python make_seeds_reference.py
"""
import json
from scipy.stats import t as student, ttest_ind, ttest_rel
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

groups = [
    ([0.5531, 0.5612, 0.5575], [0.5742, 0.5698, 0.5811]),
    ([0.8012, 0.7934], [0.8101, 0.8057, 0.8112, 0.8069]),
    ([0.8123, 0.8098, 0.8150, 0.8141, 0.8102], [0.8131]),
    ([0.71], [0.70, 0.69]),
    ([0.61, 0.62], [0.61, 0.62]),
    ([0.512, 0.498, 0.505, 0.509, 0.5, 0.511], [0.47, 0.482, 0.491, 0.465, 0.478, 0.484, 0.489]),
]


def case(first, second):
    # statsmodels subtracts the second group from the first.
    means = CompareMeans(DescrStatsW(second), DescrStatsW(first))
    p = means.ttest_ind(usevar="pooled")[1]
    if min(len(first), len(second)) > 1:
        assert abs(p - ttest_ind(first, second).pvalue) < 1e-12
    interval = means.tconfint_diff(alpha=0.05, usevar="pooled")
    return {"first": first, "second": second, "pValue": p, "interval": list(interval)}


pairs = [
    ([0.5531, 0.5612, 0.5575], [0.5742, 0.5798, 0.5811]),
    ([0.61, 0.62], [0.63, 0.635]),
    ([0.512, 0.498, 0.505, 0.509, 0.5], [0.517, 0.502, 0.511, 0.512, 0.505]),
]


def pair(first, second):
    result = ttest_rel(second, first)
    interval = result.confidence_interval()
    return {"first": first, "second": second, "pValue": result.pvalue, "interval": [interval.low, interval.high]}


json.dump({
    "groups": [case(*group) for group in groups],
    "pairs": [pair(*each) for each in pairs],
    "tails": [[t, n, 2 * student.sf(t, n)] for n in [1, 2, 3, 4, 5, 10, 31] for t in [0.0, 0.3, 1.0, 2.5, 12.0]],
}, open("seeds-reference.json", "w"))
