"""Writes sweep-reference.json beside it, from real pandas, scipy and statsmodels.

pip install pandas scipy statsmodels
python make_sweep_reference.py
"""
import itertools, json
import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

rng = np.random.default_rng(8)
grid = itertools.product([0.1, 0.25, 0.5], [1e-3, 3e-4, 1e-4], ["adam", "sgd"], [1, 2, 3])
runs = pd.DataFrame(grid, columns=["dropout", "rate", "optimizer", "seed"])
runs["metric"] = (0.6 - 0.2 * runs.dropout + 0.05 * np.log10(runs.rate) + 0.08 * (runs.optimizer == "adam")
                  + rng.normal(0, 0.02, len(runs))).round(4)
parameters = ["dropout", "rate", "optimizer"]

# Runs that failed make the grid uneven; parts of the variance are then of each parameter by itself.
uneven = runs.drop([0, 1, 2, 20, 31])


def spreads(table, by):
    groups = table.groupby(by, sort=False)["metric"].agg(["count", "mean", "std"]).reset_index()
    return json.loads(groups.rename(columns={"count": "n", "std": "sd"}).to_json(orient="records", double_precision=15))


def effects(table):
    def one(parameter):
        sums = anova_lm(ols(f"metric ~ C({parameter})", table).fit())["sum_sq"]
        numeric = parameter != "optimizer"
        return {"parameter": parameter, "levels": spreads(table, [parameter]),
                "share": float(sums.iloc[0] / sums.sum()),
                "rankCorrelation": float(spearmanr(table[parameter], table.metric).statistic) if numeric else None}
    return [one(parameter) for parameter in parameters]


json.dump({name: {"runs": json.loads(table.to_json(orient="records")), "cells": spreads(table, parameters),
                  "effects": effects(table)} for name, table in {"full": runs, "uneven": uneven}.items()},
          open("sweep-reference.json", "w"))
