"""Gates are known by the names that torchvision, timm, mmseg, Hugging Face, diffusers and PEFT give them."""

from __future__ import annotations

import pytest

from diagnose.clinic import diagnose
from tests.built_in import LIBRARY, recogniser

RECOGNISER = recogniser()
GATES = [
    "gamma",
    "attn.gamma",
    "head.pam.gamma",
    "decode_head.pam.gamma.scale",
    "decode_head.cam.gamma.scale",
    "cca.gamma.scale",
    "resweight",
    "layers.0.resweight",
    "stages.0.0.skipinit_gain",
    "blocks.3.ls1.gamma",
    "blocks.0.ls2",
    "blocks.0.gamma_1",
    "blocks.0.gamma2",
    "stages.0.blocks.0.layer_scale.gamma",
    "layer_scale_1.gamma",
    "stages.0.blocks.0.gamma",
    "blocks.0.gamma_xca",
    "stages.0.blocks.0.layer_scale1.scale",
    "stages.0.blocks.0.mlp.grn.weight",
    "stages.0.blocks.0.mlp.grn.bias",
    "features.1.0.layer_scale",
    "encoder.layer.0.layer_scale1.lambda1",
    "encoder.layer.0.lambda_2",
    "controlnet_down_blocks.0.weight",
    "controlnet_mid_block.weight",
    "zero_convs.0.0.weight",
    "per_channel_scale1",
    "blocks.0.adaLN_modulation.1.weight",
    "final_layer.linear.weight",
    "final_layer.adaLN_modulation.1.weight",
    "to_q.lora_B.default.weight",
    "q_proj.lora_B.weight",
    "base.lora_embedding_A",
    "base.lora_E.default",
    "q.hada_w2_b.default",
    "q.lokr_w2_b.default",
    "q.lokr_w2.default",
    "q.delora_B.default",
    "q.gralora_B.default",
    "q.hira_B.default",
    "q.vera_lambda_b.default",
    "q.oft_R.default.weight",
    "q.boft_R.default",
    "q.fourierft_spectrum.default",
    "q.waveft_spectrum.default",
    "q.road_theta.default",
    "q.miss_block.default",
    "q.shira_weight.default",
    "self_attn.adaption_gate",
    "module.attention.gamma",
    "_orig_mod.model.blocks.0.ls1.gamma",
]
OTHERS = [
    "bn1.weight",
    "norm1.gamma",
    "encoder.layer.0.attention.output.LayerNorm.gamma",
    "batch_norm.gamma",
    "layer_norm.gamma",
    "cross_attn_attn_gate",
    "gated_cross_attn_layer.ff_gate",
    "layers.0.attn.gate",
    "alpha_attn",
    "alpha_dense",
    "mix_factor",
    "time_mixer.mix_factor",
    "moe.gate.weight",
    "mlp.gate_proj.weight",
    "router.gate.weight",
    "lora_A.default.weight",
    "fc.weight",
    "lstm.weight_ih_l0",
    "blocks.0.attn.qkv.weight",
    "hada_w1_a",
    "lokr_w1",
    "vera_lambda_d",
    "layer_norm1.weight",
    "final_layer_norm.weight",
]


@pytest.mark.parametrize("name", GATES)
def test_a_gate_is_known_by_its_name(name):
    assert RECOGNISER.role(name)[0] == "gate"


@pytest.mark.parametrize("name", OTHERS)
def test_scales_of_norms_routers_and_gates_behind_tanh_or_sigmoid_are_none(name):
    assert RECOGNISER.role(name)[0] != "gate"


def trained(groups, tmp_path, steps=8):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, last):
            super().__init__()
            self.fc, self.norm = nn.Linear(8, 8), nn.LayerNorm(8)
            if last:
                nn.init.zeros_(self.norm.weight)
            self.ls1 = nn.Module()
            self.ls1.gamma = nn.Parameter(torch.full((8,), 1e-5))

        def forward(self, x):
            return x + self.norm(self.fc(x)) + self.ls1.gamma * x.tanh()

    model = nn.Sequential(Block(last=False), Block(last=True), nn.Linear(8, 2))
    learner = torch.optim.AdamW(groups(dict(model.named_parameters())), lr=1e-2)
    x, y = torch.randn(64, 8), torch.randint(0, 2, (64,))
    for _ in range(steps):
        learner.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        learner.step()
    torch.save({"model": model.state_dict(), "optimizer": learner.state_dict(), "step": steps}, tmp_path / "last.pt")
    (examined,) = diagnose([tmp_path], LIBRARY).examined
    return {(one.entry.id, one.evidence.cause) for one in examined.verdicts if one.evidence and "gate" in one.entry.id}


def without(word):
    return lambda named: [{"params": [one for name, one in named.items() if word not in name]}]


def test_a_gate_among_many_vectors_of_its_size_is_in_no_group_when_every_slot_it_could_have_moved(tmp_path):
    assert trained(without("gamma"), tmp_path) == {("gate-unchanged", "not-in-optimizer")}


def test_a_group_of_rate_zero_holds_a_gate_that_shapes_alone_cannot_place(tmp_path):
    def groups(named):
        gates = [one for name, one in named.items() if "gamma" in name]
        return [*without("gamma")(named), {"params": gates, "lr": 0.0}]

    assert trained(groups, tmp_path) == {("gate-unchanged", "lr-vanished")}


def test_the_scale_of_a_norm_that_starts_at_zero_is_a_gate_as_long_as_it_stays_there(tmp_path):
    assert "gate-stuck-at-zero" in dict(trained(without("1.norm.weight"), tmp_path))


def test_a_trained_network_with_gates_of_both_kinds_raises_no_alarm(tmp_path):
    assert trained(without("nothing"), tmp_path) == set()
