"""After an edit the model is as it was, and what cannot be edited is one clear error."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.overrides import _get_current_function_mode_stack

import nets
import resight
from edits import net, only
from nets import WIDTH, conv, image, rows, two_linears
from resight import UserError


def photograph(model: nn.Module) -> list[object]:
    hooks = [nn.modules.module._global_forward_hooks, nn.modules.module._global_forward_pre_hooks]
    attributes = [(name, id(value)) for module in model.modules() for name, value in vars(module).items()]
    return [
        attributes,
        [list(hook) for hook in hooks],
        _get_current_function_mode_stack(),
        torch.get_rng_state().tolist(),
    ]


def test_the_model_is_left_as_it_was() -> None:
    model, x = net(lambda n, x: x + n["f"](x), f=two_linears()), rows()[0]
    skip, before = only(model, x), photograph(model)
    with resight.edit(model, skip.without_branch()) as edited:
        assert edited is model
        model(x)
        with pytest.raises(RuntimeError):
            model(torch.ones(3, 3))
        assert torch.equal(model(x), x)
    assert photograph(model) == before
    with pytest.raises(KeyboardInterrupt), resight.edit(model, skip.without_branch()):
        raise KeyboardInterrupt
    assert photograph(model) == before


def test_another_path_is_an_error() -> None:
    model = net(lambda n, x: x + n["f"](x) if x.sum() > 0 else n["f"](x), f=two_linears())
    x = torch.ones(4, WIDTH)
    with resight.edit(model, only(model, x).without_branch()):
        assert torch.equal(model(x), x)
        with pytest.raises(UserError, match=r"the add in the model itself .* did not run: .* another path"):
            model(-x)


def test_other_operands_are_an_error() -> None:
    model = net(lambda n, x: x + (n["f"](x) if x.sum() > 0 else 1), f=two_linears())
    x = torch.ones(4, WIDTH)
    with resight.edit(model, only(model, x).scaled(2)), pytest.raises(UserError, match="other operands"):
        model(-x)


def test_mistakes_are_named() -> None:
    model, x = nn.Sequential(nets.Block(torch.add)).eval(), image()[0]
    skip = only(model, x)
    for wrong, words in ((skip, "skip.without_branch()"), (3, "int")):
        with pytest.raises(UserError, match="edit takes edits") as error, resight.edit(model, wrong):
            pass
        assert words in str(error.value)
    with pytest.raises(UserError, match="the model has no add in 0"), resight.edit(conv(), skip.without_branch()):
        pass
    with pytest.raises(UserError, match=r"no nn\.Module"), resight.edit(3, skip.without_branch()):
        pass


@pytest.mark.parametrize("factor", ["a", None, torch.ones(2), [1.0]])
def test_a_branch_is_scaled_by_a_number(factor: object) -> None:
    model, x = nn.Sequential(nets.Block(torch.add)).eval(), image()[0]
    skip = only(model, x)
    with pytest.raises(UserError, match=r"a branch is scaled by a number, not .*; such as skip\.scaled\(0\.5\)"):
        skip.scaled(factor)  # type: ignore[arg-type]
    assert skip.scaled(torch.tensor(0.5)) == skip.scaled(0.5)  # type: ignore[arg-type]


def test_a_skip_prints_as_one_line() -> None:
    model, x = nn.Sequential(nets.Block(lambda x, branch: x + branch)).eval(), image()[0]
    skip = only(model, x)
    assert str(skip).startswith("identity skip into add in 0 (")
    assert str(replace(skip, joins=())) == f"identity skip into op {skip.merge}"
    hostile = replace(skip.joins[0], path="a\nb", text="")
    assert str(replace(skip, joins=(hostile,))) == "identity skip into add in a b"
