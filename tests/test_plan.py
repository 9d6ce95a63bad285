"""What training was planned to be, from the settings of every framework, and no guess where nothing tells."""

from __future__ import annotations

import pytest

from diagnose.plan import Plan, plan_of


def told(**fields):
    return fields


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"num_train_epochs": 3.0, "max_steps": -1, "learning_rate": 5e-5, "lr_scheduler_type": "cosine",
             "fp16": True, "per_device_train_batch_size": 8, "per_device_eval_batch_size": 64,
             "optim": "adamw_torch", "seed": 42},
            told(epochs=3, learning_rate=5e-5, schedule="cosine", mixed_precision=True, batch_size=8,
                 optimizer="adamw_torch", seed=42),
        ),
        (
            {"train_cfg/max_epochs": 20, "optim_wrapper/optimizer/type": "SGD", "optim_wrapper/optimizer/lr": 0.01,
             "optim_wrapper/optimizer/weight_decay": 5e-4, "param_scheduler/0/type": "PolyLR",
             "param_scheduler/0/eta_min": 1e-4, "train_dataloader/batch_size": 4, "val_dataloader/batch_size": 1,
             "model/decode_head/num_classes": 2, "model/auxiliary_head/num_classes": 2},
            told(epochs=20, optimizer="SGD", learning_rate=0.01, weight_decay=5e-4, schedule="PolyLR", batch_size=4,
                 classes=2),
        ),
        (
            {"base_lr": 0.01, "max_epochs": 150, "max_iterations": 30000, "batch_size": 24, "num_classes": 9,
             "seed": 1234},
            told(learning_rate=0.01, epochs=150, iterations=30000, batch_size=24, classes=9, seed=1234),
        ),
        (
            {"epochs": 100, "batch": 16, "lr0": 0.01, "lrf": 0.01, "weight_decay": 0.0005, "optimizer": "auto",
             "amp": True, "warmup_epochs": 3.0, "seed": 0},
            told(epochs=100, batch_size=16, learning_rate=0.01, weight_decay=0.0005, mixed_precision=True, seed=0),
        ),
        ({"initial_lr": "0.01", "num_epochs": "1000", "labels/background": 0, "labels/polyp": 1},
         told(learning_rate=0.01, epochs=1000, classes=2)),
        ({"precision": "16-mixed", "max_epochs": -1, "max_steps": 8000}, told(mixed_precision=True, iterations=8000)),
        ({"lr_scheduler/lr": 0.5, "warmup/lr": 1e-6}, told()),
        ({"note": "epochs", "lr": "high", "seed": 0.5, "epochs": True}, told()),
    ],
    ids=["transformers", "mmengine", "TransUNet", "Ultralytics", "nnU-Net", "Lightning", "rates of others", "no plan"],
)  # fmt: skip
def test_the_plan_is_found_under_the_names_of_every_framework(settings, expected):
    found = plan_of(settings)

    assert {name: getattr(found, name) for name in Plan.__dataclass_fields__ if name != "told_by"} == {
        **{name: None for name in Plan.__dataclass_fields__ if name != "told_by"},
        **expected,
    }
    assert set(found.told_by) == set(expected)


def test_the_setting_behind_each_field_is_named():
    assert plan_of({"trainer/max_epochs": 20, "optim.lr": 0.1}).told_by == {
        "epochs": "trainer/max_epochs",
        "learning_rate": "optim.lr",
    }


def test_the_plainest_and_least_nested_name_wins():
    assert plan_of({"epoch": 5, "train/epochs": 30, "epochs": 20}).epochs == 20
    assert plan_of({"generator/lr": 0.2, "lr": 0.1}).learning_rate == 0.1
