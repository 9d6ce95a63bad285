"""Files that lie beside training code and are no log: whatever is numeric in them, no series is made of it."""

from __future__ import annotations

import json

import pytest

from cli.diagnose_app import main
from diagnose.assemble import survey


def rows(head: str, line: str, count: int = 20) -> str:
    """A header and ``count`` rows; ``{i}`` counts, ``{a}`` and ``{b}`` go up and down, ``{c}`` is 0, 1 or 2."""
    made = (line.format(i=i, a=i * 37 % 97 / 97, b=i * 53 % 89 / 89, c=i % 3) for i in range(count))
    return "\n".join([*([head] if head else []), *made]) + "\n"


def objects(make, count: int = 12) -> list:
    return [make(i) for i in range(count)]


BOX = [1.5, 2.5, 30.0, 40.0]
COCO = {
    "images": objects(lambda i: {"id": i, "width": 640, "height": 480, "file_name": f"{i:06}.jpg"}),
    "annotations": objects(lambda i: {"id": i, "image_id": i, "category_id": 1, "area": 100.5 + i, "bbox": BOX}),
    "categories": [{"id": 1, "name": "polyp"}],
}
CELL = {"cell_type": "code", "execution_count": 3, "metadata": {}, "outputs": [], "source": ["lr = 0.01\n"]}
SUMMARY = {
    "foreground_mean": {"Dice": 0.9, "IoU": 0.82},
    "metric_per_case": objects(lambda i: {"prediction_file": f"c{i}.nii.gz", "metrics": {"1": {"Dice": 0.9}}}),
}
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4d7a21' * 10}abcd\nsize 12345\n"

DOCUMENTS = {  # name -> JSON document
    "metrics.json": {"accuracy": 0.91, "f1": 0.88, "loss": 0.31},
    "test_metrics.json": {"train": {"loss": 0.21, "acc": 0.9}, "test": {"loss": 0.3, "acc": 0.88}},
    "package.json": {"name": "viewer", "version": "1.0.0", "dependencies": {"react": "^18.2.0"}},
    "package-lock.json": {"name": "viewer", "lockfileVersion": 2, "packages": {"": {"version": "1.0.0"}}},
    "instances_val2017.json": COCO,
    "detections.json": objects(lambda i: {"image_id": i, "category_id": 1, "bbox": BOX, "score": 0.9 - i / 100}),
    "vocab.json": {f"token{i}": i for i in range(50)},
    "tokenizer_config.json": {"model_max_length": 512, "padding_side": "right", "vocab_size": 32000},
    "dataset_fingerprint.json": {"spacings": [[1.0, 0.5, 0.5]] * 8, "shapes_after_crop": [[100, 200, 200]] * 8},
    "plans.json": {"configurations": {"2d": {"batch_size": 12, "patch_size": [512, 512]}}, "dataset_name": "D"},
    "summary.json": SUMMARY,
    "splits_final.json": objects(lambda i: {"train": [f"c{i}"], "val": ["c8"]}, 5),
    "dataset.json": {"labels": {"background": 0, "polyp": 1}, "numTraining": 1450, "file_ending": ".png"},
    "debug.json": {"batch_size": "2", "current_epoch": "0", "initial_lr": "0.01", "num_epochs": "1000"},
    "all_results.json": {"epoch": 3.0, "eval_accuracy": 0.86, "eval_loss": 0.35, "train_loss": 0.4},
    "analysis.ipynb": {"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
    "ds_config.json": {"train_batch_size": 8, "optimizer": {"type": "Adam", "params": {"lr": 0.001}}},
    "model.safetensors.index.json": {"metadata": {"total_size": 1}, "weight_map": {"layer.0.weight": "a.safetensors"}},
    "tasks.json": objects(lambda i: {"id": i, "annotations": [{"id": i}], "data": {"image": f"{i}.png"}}),
    "areas.geojson": {"type": "FeatureCollection", "features": objects(lambda i: {"properties": {"n": i}})},
    "pytest_report.json": {"created": 1.7e9, "tests": objects(lambda i: {"nodeid": f"t{i}", "duration": 0.1})},
    "timings.json": objects(lambda i: {"name": f"bench{i}", "ms": i * 1.5, "iterations": 100}),
    "keypoints.json": {"version": 1.3, "people": [{"pose_keypoints_2d": [1.0, 2.0, 0.9] * 5}]},
    "camera.json": {"fx": 500.0, "cx": 320, "rotation": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]},
    "transforms.json": {"camera_angle_x": 0.69, "frames": objects(lambda i: {"file_path": f"r_{i}", "rotation": 0.01})},
    "report.json": {"classes": [0, 1, 2], "f1_per_class": [0.9, 0.8, 0.7], "confusion_matrix": [[10, 2], [3, 20]]},
    "pr_curve.json": {"precision": [0.5, 0.6, 1.0], "recall": [1.0, 0.5, 0.0], "thresholds": [0.1, 0.5, 0.9]},
    "by_file.json": {"files": ["a.png", "b.png", "c.png"], "dice": [0.9, 0.8, 0.7], "iou": [0.8, 0.7, 0.6]},
    "roc.json": {"fpr": [0.0, 0.5, 1.0], "tpr": [0.0, 0.9, 1.0], "auc": 0.9},
    "scheduler_config.json": {"beta_end": 0.012, "num_train_timesteps": 1000, "steps_offset": 1},
}
TEXTS = {
    "requirements.txt": "numpy==1.26.4\ntorch==2.1.0\ntensorboard>=2.15\nmonai==1.3.0\n",
    "labels.csv": rows("filename,label", "img_{i:04}.png,{c}"),
    "predictions.csv": rows("image,prediction,confidence", "img_{i:04}.png,{c},{a:.4f}"),
    "submission.csv": rows("id,target", "{i},{a:.4f}"),
    "train.csv": rows("path,fold", "data/{i}.npz,{c}"),
    "per_case.csv": rows("case,Dice,IoU,HD95", "case{i:03},{a:.4f},{b:.4f},{i}.5"),
    "per_id.csv": rows("id,dice,iou", "{i},{a:.4f},{b:.4f}"),
    "boxes.csv": rows("image_id,xmin,ymin,xmax,ymax", "{i},10,20,{i},40"),
    "iris.csv": rows("sepal_length,sepal_width,species", "{a:.1f},{b:.1f},setosa"),
    "features.csv": rows(",".join(f"f{k}" for k in range(20)), ",".join(["{a:.3f}"] * 20)),
    "housing.csv": rows("CRIM,ZN,INDUS,MEDV", "{a:.3f},18.0,2.31,{b:.1f}"),
    "class_weights.csv": "class,weight\n0,0.1\n1,0.9\n2,1.7\n",
    "confusion_matrix.csv": ",a,b,c\na,10,2,1\nb,3,20,0\nc,0,1,30\n",
    "stocks.csv": rows("date,open,high,low,close", "2020-01-{i:02},{a:.2f},{b:.2f},1.0,1.1"),
    "pedometer.csv": rows("date,steps,calories", "2020-01-{i:02},{b:.4f},{a:.2f}"),
    "embeddings.tsv": rows("", "\t".join(["{a:.4f}"] * 16)),
    "gpu.csv": rows("timestamp, index, utilization.gpu [%]", "2024/01/01 10:00:{i:02}.000, 0, {i} %"),
    "comparison.csv": "Method,Kvasir mDice,CVC mDice\nPraNet,0.898,0.899\nPolyp-PVT,0.917,0.937\nOurs,0.92,0.94\n",
    "roc.csv": rows("fpr,tpr,threshold", "{a:.3f},{b:.3f},{a:.3f}"),
    "pr_curve.csv": rows("threshold,precision,recall", "{a:.3f},{b:.3f},{a:.3f}"),
    "search.csv": "lr,batch_size,val_dice\n0.01,8,0.80\n0.001,8,0.85\n0.0001,16,0.83\n",
    "folds.csv": rows("fold,dice,iou", "{i},{a:.4f},{b:.4f}", 5),
    "patients.csv": rows("patient_id,age,sex,bmi", "{i},{i}0,F,22.{c}"),
    "final.csv": "dice,iou\n0.91,0.84\n",
    "yolo_label.txt": "0 0.5 0.5 0.2 0.3\n0 0.1 0.2 0.05 0.04\n1 0.7 0.7 0.1 0.1\n",
    "anchors.txt": "10,13, 16,30, 33,23, 30,61, 62,45, 59,119\n",
    "pairs.txt": rows("", "Kvasir/images/{i}.png Kvasir/masks/{i}.png"),
    "results.csv": POINTER,
    "history.json": POINTER,
    "service.jsonl": "\n".join(json.dumps({"ts": 1.7e9 + i, "level": "info", "ms": i}) for i in range(10)) + "\n",
    "prompts.jsonl": "\n".join(json.dumps({"prompt": f"q{i}", "id": i}) for i in range(10)) + "\n",
    "scores.jsonl": "\n".join(json.dumps({"id": f"x{i}", "label": i % 2, "score": i / 10}) for i in range(10)) + "\n",
}
NO_LOGS = {**{name: json.dumps(one, indent=2) for name, one in DOCUMENTS.items()}, **TEXTS}


@pytest.mark.parametrize("name", NO_LOGS)
def test_no_series_is_made_of_a_file_that_is_no_log(tmp_path, name):
    (tmp_path / name).write_text(NO_LOGS[name], encoding="utf-8")

    assert [one.name for run in survey([tmp_path / name]).runs for one in run.series] == []


@pytest.mark.parametrize("name", sorted({*DOCUMENTS} - {"all_results.json"}))  # with an epoch: a log's first record
def test_a_document_on_a_single_line_is_no_log_either(tmp_path, name):
    (tmp_path / name).write_text(json.dumps(DOCUMENTS[name]), encoding="utf-8")

    assert not any(run.series for run in survey([tmp_path / name]).runs)


@pytest.mark.parametrize("name", ["features.csv", "folds.csv", "detections.json", "plans.json", "requirements.txt"])
def test_the_user_is_told_that_there_is_no_training_signal(tmp_path, name, capsys):
    (tmp_path / name).write_text(NO_LOGS[name], encoding="utf-8")

    code = main(["run", str(tmp_path / name), "--lang", "en"])

    shown = capsys.readouterr()
    assert code == 2
    assert "no training signal found" in shown.out + shown.err


@pytest.mark.parametrize(
    ("lang", "way_out"), [("en", "`kb ask - < FILE` explains it"), ("zh", "`kb ask - < FILE` 可解释该错误")]
)
def test_of_a_text_without_a_signal_it_is_told_where_to_take_an_error(tmp_path, lang, way_out, capsys):
    (tmp_path / "slurm.out").write_text("loading data\nTraceback (most recent call last):\nRuntimeError: oops\n")

    code = main(["run", str(tmp_path), "--lang", lang])

    assert code == 2
    assert way_out in capsys.readouterr().err
