"""Tables that ship with scikit-learn, so that no network is needed.

wine: M. Forina et al. 1988, three cultivars. breast_cancer: W. Wolberg et al. 1993, Wisconsin diagnostic. diabetes: B. Efron
et al. 2004, Least Angle Regression, in original units.
"""

from __future__ import annotations

from ..base import DataConfig, DataError, Source
from .data import TableData, table_of


def _load(config: DataConfig, split: str) -> TableData:
    """The table with a column for the target: classes of wine and breast_cancer, a number of diabetes."""
    from sklearn import datasets

    options = {"scaled": False} if config.name == "diabetes" else {}
    bunch = getattr(datasets, f"load_{config.name}")(as_frame=True, **options)
    frame = bunch.frame.rename(columns=str)
    label = config.label
    if config.name == "diabetes":
        frame = frame.rename(columns={"target": "progression"})
    else:
        frame["target"] = [str(bunch.target_names[index]) for index in bunch.target]
        frame = frame.rename(columns={"target": TARGETS[config.name]})
        label = label or TARGETS[config.name]
    if label and label not in frame.columns:
        raise DataError(
            f"--label {label!r}: {config.name} has no such column; its columns are {', '.join(frame.columns)}."
        )
    return table_of(frame, config.replace(label=label), config.name)


#: The column of the classes, which is the label unless another one is requested.
TARGETS = {"wine": "cultivar", "breast_cancer": "diagnosis"}

# fmt: off
TABLES: dict[str, Source] = {
    "wine": Source("Wine", "Chemical analyses of wines of three cultivars", _load, (13,), 3, (), 178, kind="table"),
    "breast_cancer": Source("Breast cancer", "Measured cell nuclei of benign and malignant tumours", _load, (30,), 2, (), 569, kind="table"),
    "diabetes": Source("Diabetes", "Patients' measurements, and how the disease progressed a year later", _load, (11,), 0, (), 442, kind="table"),
}
# fmt: on
