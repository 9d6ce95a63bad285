"""Boxes of names and values: nested or not, and the tables that are none."""

import pytest

from diagnose.files import read_file

EDGE = "-" * 30 + "\n"


def box(**rows):
    return EDGE + "".join(f"| {name:<15} | {value!s:<8} |\n" for name, value in rows.items()) + EDGE


def read(tmp_path, text):
    path = tmp_path / "run.log"
    path.write_text(text, encoding="utf-8")
    return read_file(path) or []


@pytest.mark.parametrize("clock", ["step", "total_timesteps", "Epoch", "misc/total_timesteps"])
def test_boxes_are_rows_at_the_step_they_name(tmp_path, clock):
    boxes = [box(**{"grad_norm": 0.5, "loss": at / 4, "word": "yes", clock: at * 100}) for at in (1, 2, 3)]

    [trace] = read(tmp_path, "Logging to /tmp/x\n" + "saving\n".join(boxes))

    assert trace.format == "boxed_log"
    assert {one.name: (one.steps.tolist(), one.values.tolist()) for one in trace.series} == {
        "grad_norm": ([100, 200, 300], [0.5] * 3),
        "loss": ([100, 200, 300], [0.25, 0.5, 0.75]),
    }


def test_a_last_box_whose_step_is_not_there_yet_is_left_out(tmp_path):
    boxes = "".join(box(loss=at, step=at * 100) for at in (1, 2, 3))

    [trace] = read(tmp_path, boxes[: boxes.rindex("| step")])

    assert trace.series[0].steps.tolist() == [100, 200]
    assert "the last box is cut short" in trace.notes[-1].what.en


def test_boxes_without_a_step_are_counted(tmp_path):
    [trace] = read(tmp_path, "".join(box(loss=at, reward=at) for at in (1, 2, 3)))

    assert trace.series[0].steps.tolist() == [0, 1, 2]
    assert "rows are counted" in trace.notes[-1].what.en


@pytest.mark.parametrize(
    "text",
    [
        "| Epoch | Loss | Dice |\n|-------|------|------|\n| 1 | 0.5 | 0.25 |\n| 2 | 0.25 | 0.5 |\n",
        EDGE + "loss: 0.5\nepoch: 1\n" + EDGE,
        EDGE + "| GPU  0  | 98% |\n" + EDGE,
    ],
)
def test_other_tables_are_no_boxes(tmp_path, text):
    assert all(trace.format != "boxed_log" for trace in read(tmp_path, text))


@pytest.mark.parametrize("head", ["keys |  values", "Hyper Param | Value", "argument | value"])
def test_a_box_of_settings_above_a_log_does_not_make_it_one_of_boxes(tmp_path, head):
    edge = "-" * 30
    path = tmp_path / "nohup.out"
    log = "".join(f"Epoch:{n}/4\nTotal Loss: 0.{9 - n} || Val Loss: 1.{9 - n}\n" for n in range(1, 5))
    path.write_text(
        f"{edge}\n| {head} |\n{edge}\n| num_classes | 2 |\n| Init_Epoch | 0 |\n{edge}\n{log}", encoding="utf-8"
    )

    [trace] = read_file(path)

    assert {one.name: one.values.tolist() for one in trace.series} == {
        "Total Loss": [0.8, 0.7, 0.6, 0.5],
        "Val Loss": [1.8, 1.7, 1.6, 1.5],
    }


@pytest.mark.parametrize(
    ("line", "title", "names"),
    [
        ("epoch {n} step {s} train loss: {x} lr: 0.01\n", "class", ("background", "polyp")),
        ("第 {n} 轮 第 {s} 步 训练损失：{x} 学习率：0.01\n", "类别", ("背景", "息肉")),
    ],
)
def test_a_box_with_a_heading_is_a_table_among_other_lines(tmp_path, line, title, names):
    edge = "+------+--------+\n"
    rows = "".join(f"| {name} | 0.{{n}}5 |\n" for name in names)
    table = f"{edge}| {title} | IoU |\n{edge}{rows}{edge}"
    steps = "".join(line.replace("{s}", str(s)).replace("{x}", f"{1 / (s + 2):.4f}") for s in range(10))

    [trace] = read(tmp_path, "".join((steps + table).replace("{n}", str(n)) for n in range(1, 5)))

    assert trace.format == "general"
    assert [len(one) for one in trace.series] == [40, 40, 4, 4]
