"""The files to read, and which independent parser knows each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from .truth import (
    Run,
    binary,
    cod,
    detection,
    keras,
    language,
    nnunet,
    openmmlab,
    others,
    polyp,
    records,
    tables,
    transunet,
)

CHECKPOINTS = "checkpoints"
PARSERS: dict[str, Callable[[Path], list[Run]]] = {
    **dict.fromkeys(("yolo_csv", "lightning_csv", "keras_style_csv", "sb_progress"), tables.runs),
    **dict.fromkeys(("hf_trainer_state", "jsonl_deit_mae", "mmengine", "mmcv_text", "detectron2"), records.runs),
    **dict.fromkeys(("tfevents", "torch_metric_list", "wandb"), binary.runs),
    **dict.fromkeys(("pranet_text", "pranet_text_slices"), polyp.runs),
    **dict.fromkeys(("nanogpt_text", "megatron_text", "fairseq_text", "hf_stdout"), language.runs),
    **dict.fromkeys(("nnunet_v1", "nnunet_v2"), nnunet.runs),
    **dict.fromkeys(("text_other", "monai_ignite_text", "mlflow"), others.runs),
    "sinet_text": cod.runs,
    "transunet_text": transunet.runs,
    "keras_text": keras.runs,
    "yolo_stdout": detection.runs,
}
TEXT = {"mmengine": openmmlab.runs, "mmcv_text": openmmlab.runs, "detectron2": detection.runs}
# launcher output, warnings and settings: looked at by hand, they hold no number of a training
SILENT = {
    "text_other/feliciajacobsen__PolypSegmentation__slurm178332/slurm.g001.178332.out",
    "text_other/feliciajacobsen__PolypSegmentation__slurm179513/slurm.g001.179513.out",
    "jsonl_deit_mae/matteorossil__mae_ssl__stdout/train_mae_24600730_0.out",
}
SETTINGS = ("config.yaml", "hparams.yaml", "meta.yaml", "adapter_config.json")


def files(corpus: Path) -> Iterator[tuple[str, Path]]:
    """Format and path of every trace in the corpus; checkpoints have a benchmark of their own."""
    for path in sorted(corpus.glob("*/*/*")):
        form = path.parts[-3]
        if form != CHECKPOINTS:
            yield form, path


def expected(form: str, path: Path) -> list[Run]:
    """What the file holds: [] when it carries no signal."""
    if path.name in SETTINGS or path.relative_to(path.parents[2]).as_posix() in SILENT:
        return []
    if form in TEXT and path.suffix != ".json":
        return TEXT[form](path)
    if form == "wandb" and path.suffix == ".log":
        return others.runs(path)
    return PARSERS[form](path)
