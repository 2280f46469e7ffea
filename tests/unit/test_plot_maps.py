"""Figures of tensors: what they show is the tensor, what they say is true, and nothing is cut or covered."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from figures import check_figure, images_of, words_of
from resight import Ref, TensorSpec, UserError, plot
from resight.plot.tiles import best_columns
from resight.recording import Activation
from resight.text import number

WIDTHS = (4, 8, 16)
random = np.random.default_rng(0)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("shape", "layout"),
    [
        ((1, 1, 7, 7), "auto"),
        ((2, 64, 56, 56), "auto"),
        ((3, 12, 5), "lines"),
        ((1, 20, 4, 9, 9), "auto"),
        ((1, 197, 768), "auto"),
        ((1, 201, 32), "patches"),
        ((1, 8, 8, 24), "channels last"),
        ((1, 4, 3, 400), "auto"),
        ((1, 1000), "auto"),
        ((1, 512, 1, 1), "auto"),
        ((12, 12, 12), "auto"),
    ],
)
def test_every_layout_fits_at_every_width(shape: tuple[int, ...], layout: str, width: int) -> None:
    title = "a rather long name of a layer.with.many.parts.in.it.so.that.it.has.to.be.shortened.somewhere"
    check_figure(plot.feature_maps(random.normal(size=shape), layout=layout, width=width, title=title))


@pytest.mark.parametrize("scale", ["each", "shared"])
def test_maps_are_the_channels_and_the_caption_their_range(scale: str) -> None:
    value = random.normal(size=(2, 40, 6, 5)).astype(np.float32)
    figure = plot.feature_maps(torch.from_numpy(value), columns=4, count=16, cmap="twilight", scale=scale, item=1)
    maps = images_of(figure)[:16]
    assert [(image.get_array() == value[1, i]).all() for i, image in enumerate(maps)] == [True] * 16
    assert {image.get_cmap().name for image in maps} == {"twilight"}
    shown = value[1, :16]
    words = words_of(figure)
    assert f"values from {number(shown.min())} to {number(shown.max())}" in words
    assert "16 of 40 channels, the first ones" in words
    assert "item 1 of 2" in words
    limits = [(image.norm.vmin, image.norm.vmax) for image in maps]
    expected = [(one.min(), one.max()) if scale == "each" else (shown.min(), shown.max()) for one in shown]
    assert limits == pytest.approx(np.array(expected))
    assert len(images_of(figure)) == 16 + (scale == "shared")
    assert len({round(image.get_extent()[0], 6) for image in maps}) == 4
    assert [text.get_text() for text in figure.axes[0].texts if text.get_text().isdigit()] == [*map(str, range(16))]


def test_two_thousand_channels_fit_in_one_figure() -> None:
    figure = plot.feature_maps(random.normal(size=(1, 2048, 7, 7)), count=2048)
    assert len(images_of(figure)) == 2048
    assert "all 2,048 channels" in words_of(figure)
    width, height = figure.get_size_inches()
    assert height < 1.5 * width


def test_channels_can_be_chosen() -> None:
    value = random.normal(size=(1, 6, 4, 4)) * np.array([1, 9, 1, 7, 1, 8])[:, None, None]
    varied = plot.feature_maps(value, channels="varied", count=3)
    assert [(image.get_array() == value[0, c]).all() for image, c in zip(images_of(varied), (1, 3, 5))] == [True] * 3
    assert "3 of 6 channels, those with the largest standard deviation" in words_of(varied)
    listed = plot.feature_maps(value, channels=[4, 0])
    assert (images_of(listed)[0].get_array() == value[0, 4]).all()
    assert "2 of 6 channels, as listed" in words_of(listed)


def test_what_is_not_finite_is_marked_and_counted() -> None:
    value = random.normal(size=(1, 2, 4, 4))
    value[0, 0, 1, 2], value[0, 1, 0, 0] = np.nan, np.inf
    figure = check_figure(plot.feature_maps(value))
    finite = value[np.isfinite(value)]
    words = words_of(figure)
    assert "2 values are not finite, in red" in words
    assert f"values from {number(finite.min())} to {number(finite.max())}" in words
    mask = np.ma.getmaskarray(images_of(figure)[0].get_array())
    assert np.argwhere(mask).tolist() == [[1, 2]]
    drawn = images_of(figure)[0].cmap(np.ma.masked_all(1))[0]
    assert tuple(np.round(np.array(drawn[:3]) * 255).astype(int)) == (0xD9, 0x2D, 0x20)


def test_volumes_and_patches_say_what_they_show() -> None:
    volume = random.normal(size=(1, 2, 5, 3, 4))
    figure = plot.feature_maps(volume)
    assert (images_of(figure)[1].get_array() == volume[0, 1, 2]).all()
    assert "slice 2 of 5, the middle one" in words_of(figure)
    tokens = random.normal(size=(1, 1 + 9, 6))
    figure = plot.feature_maps(tokens, layout="patches")
    assert (images_of(figure)[3].get_array() == tokens[0, 1:, 3].reshape(3, 3)).all()
    assert "without the first token" in words_of(figure)


def test_tokens_are_one_picture_and_outliers_do_not_drown_it() -> None:
    value = random.normal(size=(1, 50, 64))
    value[0, 0, 3] = 3000.0
    figure = check_figure(plot.feature_maps(value))
    picture = figure.axes[1].get_images()[0]
    assert (picture.get_array() == value[0]).all()
    reach = np.percentile(np.abs(value), 99)
    assert (picture.norm.vmin, picture.norm.vmax) == pytest.approx((-reach, reach))
    assert f"colours end at ±{number(reach)}, 99% of values" in words_of(figure)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.int64, torch.bool, torch.complex64])
def test_every_dtype_is_drawn(dtype: torch.dtype) -> None:
    tensor = (torch.arange(48).reshape(1, 3, 4, 4) - 20).to(dtype).requires_grad_(dtype.is_floating_point)
    figure = plot.feature_maps(tensor)
    expected = tensor.detach().abs() if dtype.is_complex else tensor.detach()
    assert (np.asarray(images_of(figure)[2].get_array(), np.float64) == expected[0, 2].double().numpy()).all()


def test_a_kept_activation_brings_its_name_and_one_that_was_not_kept_says_so() -> None:
    spec = TensorSpec((1, 2, 4, 4), "float32")
    kept = Activation("layer1.0.conv1", Ref(3), spec, tensor=torch.ones(1, 2, 4, 4))
    assert "layer1.0.conv1" in words_of(plot.feature_maps(kept))
    with pytest.raises(UserError, match=r"layer1\.0\.conv1 was not kept; record it with keep='layer1\.0\.conv1'"):
        plot.feature_maps(Activation("layer1.0.conv1", Ref(3), spec))


@pytest.mark.parametrize(
    ("value", "options", "words"),
    [
        (np.zeros((1, 0, 4, 4)), {}, "has nothing to draw"),
        (np.zeros(()), {}, "scalar is no feature map"),
        (np.zeros((1,) * 6), {}, "1×1×1×1×1×1 is no feature map"),
        (np.zeros((2, 3, 4, 4)), {"item": 2}, "there is no item 2; the batch has 2, from 0"),
        (np.zeros((2, 3, 4, 4)), {"layout": "tokens"}, "2×3×4×4 can't be read as tokens"),
        (np.zeros((2, 3, 4, 4)), {"layout": "heads"}, "there is no layout 'heads'"),
        (np.zeros((2, 3, 4, 4)), {"scale": "log"}, "there is no scale 'log'; use each or shared"),
        (np.zeros((2, 3, 4, 4)), {"cmap": "viridiss"}, "no colour map 'viridiss'; did you mean viridis"),
        (np.zeros((2, 3, 4, 4)), {"theme": "blue"}, "there is no theme 'blue'; use light or dark"),
        (np.zeros((2, 3, 4, 4)), {"columns": 0}, "there can't be 0 columns"),
        (np.zeros((2, 3, 4, 4)), {"count": 0}, "there can't be 0 maps"),
        (np.zeros((2, 3, 4, 4)), {"width": 0.5}, "a figure can't be 0.5 inches wide"),
        (np.zeros((2, 3, 4, 4)), {"channels": [3]}, "there is no channel 3; there are 3, from 0"),
        (np.zeros((2, 3, 4, 4)), {"channels": "best"}, "channels can't be 'best'"),
        ("words", {}, "the value is a str without numbers"),
        ([[1, 2], [3]], {}, "the value is not an array"),
        (torch.zeros(1, 2, 3, 3, device="meta"), {}, "the tensor is on meta"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(value: object, options: dict[str, object], words: str) -> None:
    with pytest.raises(UserError) as caught:
        plot.feature_maps(value, **options)  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@given(
    count=st.integers(1, 40), height=st.integers(1, 30), length=st.integers(1, 30),
    width=st.floats(3, 20), columns=st.none() | st.integers(1, 12),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_any_grid_fits(count: int, height: int, length: int, width: float, columns: int | None) -> None:
    value = np.arange(count * height * length, dtype=np.float64).reshape(count, height, length)
    figure = plot.feature_maps(value, layout="maps", count=count, width=width, columns=columns)
    if (height, length) != (1, 1):
        assert len(images_of(figure)) == count
        assert len({tuple(image.get_extent()) for image in images_of(figure)}) == count
    check_figure(figure)


@given(st.integers(1, 3000), st.floats(1, 12), st.floats(0.1, 8))
def test_columns_waste_less_than_a_row(count: int, comfortable: float, aspect: float) -> None:
    columns = best_columns(count, comfortable, aspect)
    assert 1 <= columns <= count
    assert -(-count // columns) * columns - count < columns


def test_hostile_titles_are_drawn_as_they_are() -> None:
    title = "a$b$c</script>%s \\frac{1} 学习 \n two"
    figure = check_figure(plot.feature_maps(np.zeros((1, 1, 2, 2)), title=title))
    assert "a$b$c</script>%s \\frac{1} 学习 two" in words_of(figure)


def test_a_letter_no_font_has_is_named_in_a_warning_and_replaced() -> None:
    with pytest.warns(UserWarning, match=r"U\+10FFFD"):
        figure = plot.feature_maps(np.zeros((1, 1, 2, 2)), title="x\U0010fffdy")
    assert "x�y" in words_of(figure)


@pytest.mark.parametrize("width", WIDTHS)
def test_images_undo_their_normalisation(width: int) -> None:
    pixels = random.random((5, 3, 8, 8))
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    batch = (pixels - np.array(mean)[:, None, None]) / np.array(std)[:, None, None]
    figure = check_figure(
        plot.images(batch, ["cat", "dog", "学习", "a very long label indeed", "$x$"], mean=mean, std=std, width=width)
    )
    for image, original in zip(images_of(figure), pixels):
        assert np.asarray(image.get_array()) == pytest.approx(np.moveaxis(original, 0, -1))
    assert "normalisation undone" in words_of(figure)
    assert "all 5 images" in words_of(figure)


def test_labels_are_words_and_numbers() -> None:
    batch, one_hot = np.zeros((6, 1, 4, 4)), torch.tensor([0, 1, 0])
    labels = [2, np.int64(3), torch.tensor(4), np.float32(0.1), np.str_("a dog"), one_hot]
    assert words_of(plot.images(batch, labels)).endswith("2 3 4 0.1 a dog 0, 1, 0")
    assert words_of(plot.images(batch, torch.arange(6))).endswith("0 1 2 3 4 5")


def test_images_without_statistics_say_what_was_done() -> None:
    grey = random.random((20, 1, 4, 4))
    figure = plot.images(grey)
    assert "16 of 20 images, the first ones · 4×4 · values as they are" in words_of(figure)
    assert (images_of(figure)[3].get_array() == grey[3, 0]).all()
    assert "stretched, values from −2 to 2" in words_of(plot.images(np.linspace(-2, 2, 48).reshape(1, 3, 4, 4)))
    whole = plot.images((grey * 255).astype(np.uint8))
    assert np.asarray(images_of(whole)[0].get_array()).max() <= 1


@pytest.mark.parametrize(
    ("batch", "options", "words"),
    [
        (np.zeros((2, 4, 4, 4)), {}, "2×4×4×4 is no batch of images"),
        (np.zeros((2, 3, 4, 4)), {"labels": ["one"]}, "1 labels for 2 images"),
        (np.zeros((2, 3, 4, 4)), {"mean": [1, 2]}, "mean has 2 numbers; give one for each of 3 channels"),
        (np.zeros((0, 3, 4, 4)), {}, "has no values to draw"),
    ],
)
def test_images_that_do_not_fit_are_one_clear_line(batch: np.ndarray, options: dict[str, object], words: str) -> None:
    with pytest.raises(UserError) as caught:
        plot.images(batch, **options)  # type: ignore[arg-type]
    assert words in str(caught.value)


@pytest.mark.parametrize("width", WIDTHS)
def test_kernels_are_coloured_where_they_read_colours(width: int) -> None:
    weight = random.normal(size=(64, 3, 7, 7))
    figure = check_figure(plot.kernels(weight, scale="shared", width=width))
    reach = np.abs(weight).max()
    assert np.asarray(images_of(figure)[9].get_array()) == pytest.approx(
        np.moveaxis(weight[9], 0, -1) / reach / 2 + 0.5
    )
    assert "grey is zero" in words_of(figure)
    deep = check_figure(plot.kernels(random.normal(size=(8, 16, 3, 3)), channel=5, width=width))
    norm = images_of(deep)[0].norm
    assert norm.vmin == -norm.vmax
    assert "as they read input channel 5 of 16" in words_of(deep)


def test_kernels_of_a_layer_are_those_of_its_weight() -> None:
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 4, 5)
    drawn, expected = ([np.asarray(one.get_array()) for one in images_of(plot.kernels(of))]
                       for of in (layer, layer.weight))  # fmt: skip
    assert len(drawn) == 4
    assert np.array_equal(drawn, expected)
    with pytest.raises(UserError, match="the weight is a ReLU without numbers"):
        plot.kernels(torch.nn.ReLU())


def test_kernels_of_every_rank_and_none_of_a_matrix() -> None:
    for shape in ((4, 2, 5), (4, 2, 3, 3, 3)):
        check_figure(plot.kernels(random.normal(size=shape)))
    with pytest.raises(UserError, match="4×2 is no convolution's weight"):
        plot.kernels(np.zeros((4, 2)))
    with pytest.raises(UserError, match="no input channel 2"):
        plot.kernels(np.zeros((4, 2, 3, 3)), channel=2)


@pytest.mark.parametrize("width", WIDTHS)
def test_attention_shows_each_head(width: int) -> None:
    weights = random.random((2, 12, 20, 30))
    figure = check_figure(plot.attention(torch.from_numpy(weights), item=1, width=width, scale="shared"))
    assert (images_of(figure)[11].get_array() == weights[1, 11]).all()
    assert "all 12 heads" in words_of(figure)
    assert "20 × 30 tokens" in words_of(figure)
    with pytest.raises(UserError, match="are no attention weights"):
        plot.attention(np.zeros((3, 3)))
