"""How each learning-rate schedule is put into words; its numbers are filled in by `diagnose.schedule`."""

from __future__ import annotations

from kb.text import Text

ENDS = {"milestones": Text("the last one at", "最后一次在"), "overrun": Text("its end was", "终点是")}
NAMES = {
    "constant": ("constant at {peak:.3g}", "恒定为 {peak:.3g}"),
    "step": (
        "times {gamma:.3g} every {period:,.0f} steps, from {peak:.3g} to {last:.3g}",
        "每 {period:,.0f} 步乘以 {gamma:.3g}，从 {peak:.3g} 到 {last:.3g}",
    ),
    "milestones": (
        "{drops:.0f} drop{s} from {peak:.3g} to {last:.3g}",
        "从 {peak:.3g} 分 {drops:.0f} 次下调到 {last:.3g}",
    ),
    "plateau": (
        "reduced {drops:.0f} time{s} after a stall of {patience:.0f}, from {peak:.3g} to {last:.3g}",
        "停滞 {patience:.0f} 次后下调，共 {drops:.0f} 次，从 {peak:.3g} 到 {last:.3g}",
    ),
    "linear": ("linear decay from {peak:.3g} to {floor:.3g}", "线性衰减，从 {peak:.3g} 到 {floor:.3g}"),
    "polynomial": (
        "polynomial decay (power {power:.2g}) from {peak:.3g} to {floor:.3g}",
        "多项式衰减（幂次 {power:.2g}），从 {peak:.3g} 到 {floor:.3g}",
    ),
    "cosine": ("cosine decay from {peak:.3g} to {floor:.3g}", "余弦衰减，从 {peak:.3g} 到 {floor:.3g}"),
    "overrun": (
        "cosine decay from {peak:.3g} that ran past its end and rises again",
        "余弦衰减，从 {peak:.3g} 开始，走过了终点又在回升",
    ),
    "restarts": (
        "decay from {peak:.3g} with warm restarts, the first after {period:,.0f} steps",
        "热重启，峰值 {peak:.3g}，首个周期 {period:,.0f} 步",
    ),
    "cyclic": (
        "cycles of {period:,.0f} steps, up to {peak:.3g}",
        "每 {period:,.0f} 步一个循环，最高 {peak:.3g}",
    ),
    "one-cycle": (
        "one cycle up to {peak:.3g} (at {peaked:.0%} of it) and down to {floor:.3g}",
        "单周期（one-cycle），在 {peaked:.0%} 处升到 {peak:.3g}，再降到 {floor:.3g}",
    ),
    "exponential": (
        "times {gamma:.6g} every step, from {peak:.3g} to {last:.3g}",
        "每步乘以 {gamma:.6g}，从 {peak:.3g} 到 {last:.3g}",
    ),
    "compounding": (
        "a decay that compounds, from {peak:.3g} to {last:.3g}",
        "叠加式衰减（越降越快），从 {peak:.3g} 到 {last:.3g}",
    ),
    "inverse-root": (
        "inverse square root from {peak:.3g} to {last:.3g}",
        "平方根倒数衰减，从 {peak:.3g} 到 {last:.3g}",
    ),
    "warm-up": ("still warming up, {last:.3g} so far", "仍在预热，目前为 {last:.3g}"),
    "set-again": (
        "from {peak:.3g} to {last:.3g}, set up again at step {at:,.0f}",
        "从 {peak:.3g} 到 {last:.3g}，其间在第 {at:,.0f} 步重新调高",
    ),
    "raised": (
        "constant at {before:.3g}, raised to {peak:.3g} at step {at:,.0f}",
        "恒定为 {before:.3g}，在第 {at:,.0f} 步调高到 {peak:.3g}",
    ),
    "begun": (
        "the first part of a decay, from {peak:.3g} to {last:.3g} so far",
        "衰减刚刚开始，目前从 {peak:.3g} 到 {last:.3g}",
    ),
    "unknown": (
        "no known schedule; at most {peak:.3g}, last {last:.3g}",
        "不属于已知的调度；最高 {peak:.3g}，最后 {last:.3g}",
    ),
}
