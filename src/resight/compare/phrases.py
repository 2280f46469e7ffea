"""The sentences in which differences are told, in English and in Chinese.

Names of networks, places, ops and classes, kinds of skips and shapes are the same in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from ..text import plural

NAMED = 4
"""So many parts are named; more are only counted."""

Parts: TypeAlias = "tuple[str, ...]"


class Phrases(Protocol):
    """Sentences of one language; each takes names as they are and gives words that no format has escaped yet."""

    def listed(self, parts: Parts) -> str:
        """Parts one after another, the first ones by name where there are many."""

    def told(self, sentences: Parts) -> str:
        """Sentences one after another."""

    def setting(self, name: str) -> str:
        """What differs: `stride`, `width`, `input`, as `Difference.what` has it."""

    def value(self, words: str) -> str:
        """What something is set to."""

    def alike(self, first: str, second: str) -> str:
        """Nothing differs."""

    def lacks_shortcuts(self, loser: str, kinds: Mapping[str, int]) -> str:
        """How many shortcuts a network lacks, by kind."""

    def lacks(self, loser: str, counted: Mapping[str, int]) -> str:
        """How many ops and modules a network lacks, by name."""

    def set_otherwise(self, first: str, second: str, settings: Parts) -> str:
        """Which settings differ."""

    def changed(self, what: str, values: tuple[str, str], places: Parts) -> str:
        """One setting, its values in the first network and the second, and where."""

    def reads_otherwise(self, ops: tuple[str, str], places: Parts) -> str:
        """From which ops a value comes in the first network and the second, and where."""

    def missing(self, count: int, held: str, owner: str, other: str, places: Parts, *, is_shortcut: bool) -> str:
        """What one network has so many times and the other does not, and where."""

    def follows(self, shapes: tuple[tuple[str, str, int], ...]) -> str:
        """Shapes that differ because of it: in the first network, in the second, at how many ops."""


class English:
    """`stride 2 → 1 at layer3.0.conv1`."""

    def listed(self, parts: Parts) -> str:
        if len(parts) <= NAMED:
            return ", ".join(parts)
        return f"{', '.join(parts[: NAMED - 1])} and {len(parts) - NAMED + 1} more"

    def told(self, sentences: Parts) -> str:
        return "; ".join(sentences)

    def setting(self, name: str) -> str:
        return name

    def value(self, words: str) -> str:
        return words

    def alike(self, first: str, second: str) -> str:
        return f"{second} is built like {first}"

    def lacks_shortcuts(self, loser: str, kinds: Mapping[str, int]) -> str:
        by_kind = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        return f"{plural(sum(kinds.values()), 'shortcut')} missing in {loser}: {by_kind}"

    def lacks(self, loser: str, counted: Mapping[str, int]) -> str:
        return f"{self.listed(tuple(f'{count} {held}' for held, count in counted.items()))} missing in {loser}"

    def set_otherwise(self, first: str, second: str, settings: Parts) -> str:
        return f"{second} has another {self.listed(settings)} than {first}"

    def changed(self, what: str, values: tuple[str, str], places: Parts) -> str:
        where = f" at {self.listed(places)}" if places else ""
        return f"{what} {' → '.join(values)}{where}"

    def reads_otherwise(self, ops: tuple[str, str], places: Parts) -> str:
        return self.changed("reads", ops, places)

    def missing(self, count: int, held: str, owner: str, other: str, places: Parts, *, is_shortcut: bool) -> str:
        counted = plural(count, f"{held} shortcut") if is_shortcut else f"{count} {held}"
        return f"{counted} in {owner}, not in {other}: {self.listed(places)}"

    def follows(self, shapes: tuple[tuple[str, str, int], ...]) -> str:
        parts = tuple(f"{ours} → {theirs} at {plural(count, 'op')}" for ours, theirs, count in shapes)
        return f"so shapes: {self.listed(parts)}"


CHINESE_SETTINGS = {
    "shortcut": "捷径", "input": "输入", "shape": "形状", "order": "读取来源", "op": "算子",
    "width": "宽度", "kernel": "卷积核", "stride": "步幅", "padding": "填充", "dilation": "空洞率",
    "groups": "组数", "weight": "权重", "bias": "偏置",
}  # fmt: skip
"""What differs, by its English name; other attributes keep the name that torch gives them."""

CHINESE_VALUES = {"yes": "是", "no": "否", "none": "无"}


class Chinese:
    """`步幅 2 → 1，位于 layer3.0.conv1`."""

    def listed(self, parts: Parts) -> str:
        if len(parts) <= NAMED:
            return "、".join(parts)
        return f"{'、'.join(parts[: NAMED - 1])} 及另外 {len(parts) - NAMED + 1} 项"

    def told(self, sentences: Parts) -> str:
        return "；".join(sentences)

    def setting(self, name: str) -> str:
        return CHINESE_SETTINGS.get(name, name)

    def value(self, words: str) -> str:
        return CHINESE_VALUES.get(words, words)

    def alike(self, first: str, second: str) -> str:
        return f"{second} 与 {first} 结构相同"

    def lacks_shortcuts(self, loser: str, kinds: Mapping[str, int]) -> str:
        by_kind = "、".join(f"{count} 条 {kind}" for kind, count in kinds.items())
        return f"{loser} 缺少 {sum(kinds.values())} 条捷径：{by_kind}"

    def lacks(self, loser: str, counted: Mapping[str, int]) -> str:
        return f"{loser} 缺少 {self.listed(tuple(f'{count} 个 {held}' for held, count in counted.items()))}"

    def set_otherwise(self, first: str, second: str, settings: Parts) -> str:
        return f"{second} 与 {first} 不同的设置：{self.listed(settings)}"

    def changed(self, what: str, values: tuple[str, str], places: Parts) -> str:
        where = f"，位于 {self.listed(places)}" if places else ""
        return f"{what} {' → '.join(values)}{where}"

    def reads_otherwise(self, ops: tuple[str, str], places: Parts) -> str:
        return self.changed(self.setting("order"), ops, places)

    def missing(self, count: int, held: str, owner: str, other: str, places: Parts, *, is_shortcut: bool) -> str:
        counted = f"{count} 条 {held} 捷径" if is_shortcut else f"{count} 个 {held}"
        return f"{owner} 有而 {other} 没有 {counted}：{self.listed(places)}"

    def follows(self, shapes: tuple[tuple[str, str, int], ...]) -> str:
        parts = tuple(f"{ours} → {theirs}（{count} 个算子）" for ours, theirs, count in shapes)
        return f"形状因此不同：{self.listed(parts)}"


ENGLISH: Phrases = English()
CHINESE: Phrases = Chinese()
