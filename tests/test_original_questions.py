"""The 33 questions this project grew from: each is answered by a page that says what the old answer got wrong."""

from __future__ import annotations

import pytest

from kb import page
from kb.prose import Line

# question as it was asked -> (the pages that answer it, what their Chinese text must say)
QUESTIONS = {
    "人类肠道里的息肉总共有多少种？": (
        ("colorectal-polyp", "adenoma", "serrated-lesions"),
        ("腺瘤", "锯齿状", "增生性息肉"),
    ),
    "按照形态划分呢？": (("paris-classification", "size-classes"), ("0-Ip", "0-Is", "0-IIa", "大小")),
    "请分别详细讲述这5种息肉的特征及其危险性？": (
        ("pedunculated", "sessile", "flat-elevated", "diminutive", "large-polyp"),
        ("蒂", "2.5 mm", "≤5 mm", "≥10 mm"),
    ),
    "能给我讲讲内镜医师区分肠道 息肉边界 的方法吗？": (("polyp-margin",), ("靛胭脂", "窄带", "活检")),
    "请问 挤压激励 和 通道注意力 有何区别？": (("se-is-channel-attention",), ("通道注意力中最有名的一种",)),
    "我做语义分割的话，这两种方法选哪个比较好？": (("attention-choice-for-segmentation",), ("去掉它",)),
    "语义分割中的 mIoU 和 mDice 有何区别？": (("miou-vs-mdice",), ("Dice = 2 IoU / (1 + IoU)",)),
    "torch.nn.functional.interpolate 方法使用 size 和 scale_factor 采样有何区别？速度上有何区别？": (
        ("interpolate-size-vs-scale-factor",),
        ("速度相同",),
    ),
    "请问训练的比较好的分割网络的GPU使用率是怎么变化的？": (
        ("gpu-utilization-over-training",),
        ("从头到尾都是同一个样子",),
    ),
    "语义分割模型一般训练多少个周期比较合适？": (("how-many-epochs",), ("优化器步数",)),
    "x1 = conv(x) 经过卷积处理之后的原特征图x也会发生变化吗？": (("conv-does-not-change-input",), ("原封不动",)),
    "debug时如何查看一个tensor里的所有数据": (("view-tensor-in-debugger",), ("numpy",)),
    "深度学习中的normalization和regularization究竟应该如何翻译？": (
        ("normalization-vs-regularization",),
        ("归一化", "正则化"),
    ),
    "如何降低 Feature Fusion Module 的计算复杂度和参数量？": (
        ("reduce-fusion-cost", "local-attention-is-global", "sparse-attention-dense-cost", "depthwise-separable-conv"),
        ("先减通道",),
    ),
    "可分离卷积和深度可分离卷积": (
        ("separable-vs-depthwise-separable", "depthwise-separable-conv"),
        ("两者是不同的分解",),
    ),
    "关于 FLOPS": (("flops-vs-macs", "flop-counter-gaps"), ("MAC",)),
    "torch.topk(input, k, dim=None, largest=True, sorted=True, out=None)": (("torch-topk",), ("最后一维",)),
    "torch.gather(input, dim, index, *, sparse_grad=False, out=None)": (
        ("torch-gather",),
        ("输出形状就是 `index` 的形状",),
    ),
    "训练语义分割模型，损失停在0.03附近，下不去了怎么办？": (("loss-plateau", "lr-when-loss-plateaus"), ("停",)),
    "此种情况下，如何调整学习率？": (("lr-when-loss-plateaus",), ("平台",)),
    "学习率有最小值限制吗？": (("lr-minimum",), ("没有哪个数是不允许的",)),
    "学习率从 1e-3 逐渐折半衰减会如何?": (("lr-halving-schedule",), ("两倍初始值",)),
    "调用 model.eval() 还会进行反向传播吗？": (("eval-mode-and-backward",), ("既不关闭梯度",)),
    "self.gamma 有什么用？它是一个全零参数向量": (("zero-init-gamma", "gate-stuck-at-zero"), ("恒等映射",)),
    "一个关于 cv2.imread 的坑": (("cv2-imread-non-ascii-path",), ("None",)),
    "一个关于 激活函数反向传播 的坑": (("inplace-op-breaks-backward",), ("+=",)),
    "为什么我的语义分割模型，最开始几个周期性能提升很快，但是后面就很难再上去了？": (("metric-plateau",), ("背景",)),
    "如何提取多个高层次特征图的特征并将其融合成一个特征图？": (("fuse-multiple-feature-maps",), ("自顶向下",)),
    "语义分割中如何高效的融合两个特征图？": (("fuse-two-feature-maps",), ("拼接",)),
    "平均池化的作用": (("average-pooling",), ("均值",)),
    "最大池化的作用": (("max-pooling",), ("最大值",)),
    "GCN": (("gcn-adjacency-normalization",), ("单位阵",)),
    "GAT": (("gat-adjacency-mask",), ("负无穷",)),
}
CODE = {
    "如何降低 Feature Fusion Module 的计算复杂度和参数量？",
    "语义分割中如何高效的融合两个特征图？",
    "如何提取多个高层次特征图的特征并将其融合成一个特征图？",
    "GCN",
    "GAT",
    "请问 挤压激励 和 通道注意力 有何区别？",
}


def shown(lines: list[Line]) -> str:
    return "".join("".join(line.text.split()) for line in lines)


def test_there_are_thirty_three():
    assert len(QUESTIONS) == 33


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_of_the_notes_is_answered_by_a_page(question, built_in):
    ids, words = QUESTIONS[question]

    text = shown([line for name in ids for line in page.render(built_in[name], built_in, "zh", 100)])

    assert [word for word in words if "".join(word.split()) not in text] == []


@pytest.mark.parametrize("question", sorted(CODE))
def test_where_the_notes_gave_code_a_page_gives_code_that_runs(question, built_in):
    ids, _ = QUESTIONS[question]

    snippets = [one for name in ids for one in built_in[name].snippets.values()]

    assert any(not one.faulty for one in snippets)


def test_the_faulty_code_of_the_notes_stands_beside_the_right_one(built_in):
    pages = (
        "gat-adjacency-mask",
        "gcn-adjacency-normalization",
        "local-attention-is-global",
        "sparse-attention-dense-cost",
    )

    for name in pages:
        entry = built_in[name]
        assert entry.reproduce or any(one.faulty for one in entry.snippets.values()), name
