"""--map gives a curve the role the user says, one curve or many, and a slip of the pen is told."""

from __future__ import annotations

import pytest

from cli.diagnose_app import main

CURVES = "epoch,val/dice_a,val/dice_b,odd,lr\n" + "".join(
    f"{epoch},{epoch / 20},{epoch / 30},{1 / epoch},0.01\n" for epoch in range(1, 9)
)


@pytest.fixture
def shown(tmp_path, capsys):
    """What `diagnose series` says of a small CSV file under the given options: exit code, output, complaint."""
    (tmp_path / "metrics.csv").write_text(CURVES)

    def series(*options):
        code = main(["series", str(tmp_path), "--lang", "en", *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return series


def role_of(name, out):
    row = next(line for line in out.splitlines() if line.split()[:1] == [name])
    return row.split()[1]


def test_a_curve_gets_the_role_it_is_said_to_have(shown):
    _, out, _ = shown("--map", "train-loss=odd")

    assert role_of("odd", out) == "train-loss"
    assert "you said so" in out


def test_a_pattern_names_several_curves(shown):
    _, out, _ = shown("--map", "component-loss=val/dice_*")

    assert [role_of(name, out) for name in ("val/dice_a", "val/dice_b", "lr")] == [
        "component-loss",
        "component-loss",
        "learning-rate",
    ]


def test_the_very_name_wins_over_a_pattern(shown):
    _, out, _ = shown("--map", "throughput=val/dice_a", "--map", "grad-norm=val/*")

    assert [role_of(name, out) for name in ("val/dice_a", "val/dice_b")] == ["throughput", "grad-norm"]


def test_a_curve_can_be_said_to_be_nothing(shown):
    _, out, _ = shown("--map", "none=lr")

    assert role_of("lr", out) == "(none)"


def test_a_tag_that_no_curve_has_names_the_nearest(shown):
    code, _, err = shown("--map", "metric=val/dice_c")

    assert code == 2
    assert "no curve called 'val/dice_c'" in err
    assert "did you mean 'val/dice_" in err


def test_a_tag_that_is_near_nothing_lists_the_curves(shown):
    code, _, err = shown("--map", "metric=zzzzzz")

    assert code == 2
    assert "val/dice_a, val/dice_b, odd" in err


def test_a_role_that_does_not_exist_names_the_nearest(shown):
    code, _, err = shown("--map", "trainloss=odd")

    assert code == 2
    assert "did you mean 'train-loss'?" in err


def test_run_complains_about_a_wrong_tag_too(tmp_path, capsys):
    (tmp_path / "metrics.csv").write_text(CURVES)

    code = main(["run", str(tmp_path), "--map", "metric=od", "--lang", "zh"])

    assert code == 2
    assert "没有名为 'od' 的曲线" in capsys.readouterr().err
