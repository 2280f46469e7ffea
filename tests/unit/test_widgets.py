"""Traces in notebooks: names of what is selected, the widget without a browser, and what is shown without widgets."""

from __future__ import annotations

import importlib.util
import json
import sys
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import resight
from graphs import SHAPE, Pen
from pictures import HOSTILE, residual, trace_of
from resight import MissingExtra, Trace, UserError, text, widgets
from resight.picture import html
from resight.picture.engine import joined_modules
from resight.widgets.names import MODEL, Names

VIEW = "application/vnd.jupyter.widget-view+json"


def shared(module: str = "encoder") -> Trace:
    """A module called twice, with two ops of one name in it, around a skip."""
    net = Pen()
    x = net.input(*SHAPE)
    for _ in range(2):
        net.enter(module, "Encoder")
        x = net.relu(net.add(x, net.conv(net.relu(net.conv(x)))))
        net.leave(x)
    return trace_of(net.done(x))


@pytest.fixture
def without_anywidget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resight.widgets.find_spec", lambda name: None)


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """As if in Jupyter: what is shown below the cell."""
    import ipywidgets  # noqa: F401  # which wants the real IPython

    shown: list[Any] = []
    shell = type("ZMQInteractiveShell", (), {})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=shown.append))
    return shown


# names


@pytest.mark.parametrize("trace", [residual(), shared(), shared(HOSTILE)])
def test_every_name_leads_back_to_its_id(trace: Trace) -> None:
    names = Names(trace)
    counts = {"call": trace.graph.calls, "op": trace.graph.ops, "skip": trace.skips, "out": trace.graph.outputs}
    ids = [f"{kind}-{i}" for kind, all_of_it in counts.items() for i in range(len(all_of_it))]
    assert [names.id_of(names.name_of(id)) for id in ids] == ids
    assert len({names.name_of(id) for id in ids}) == len(ids)


def test_names_are_those_the_user_knows() -> None:
    trace = shared()
    names = Names(trace)
    assert [names.name_of(f"call-{i}") for i in range(3)] == [MODEL, "encoder (call 1)", "encoder (call 2)"]
    merge = trace.skips[1].merge
    assert names.name_of(f"op-{merge}") == "encoder:add (op 2)"
    assert names.name_of("skip-1") == "skip 1"
    assert names.name_of("out-0") == "output 0"
    assert names.name_of(f"in-{merge}") == names.name_of(f"leave-{merge}") == "encoder:add (op 2)"
    assert names.name_of("") == names.name_of("call-99") == names.name_of("nonsense") == ""


def test_without_a_number_the_last_is_meant_as_in_a_trace() -> None:
    trace = shared()
    names = Names(trace)
    assert names.id_of("encoder") == "call-2"
    assert names.id_of("encoder:add") == f"op-{trace['encoder:add'].ref.op}"
    assert names.id_of("") == ""


def test_an_unknown_name_says_what_is_near() -> None:
    with pytest.raises(UserError, match=r"there is no 'skip 9' to select; did you mean .*skip 1"):
        Names(shared()).id_of("skip 9")
    with pytest.raises(UserError, match=r"names are as layer1\.0, layer1\.0:add and skip 3"):
        Names(shared()).id_of("@@@@@@@@")


# the widget


def test_the_front_end_is_told_what_python_selects(monkeypatch: pytest.MonkeyPatch) -> None:
    page = resight.widget(shared())
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(page.comm, "send", lambda data, **_: sent.append(data))
    page.selected = "skip 1"
    assert sent == [{"method": "update", "state": {"at": "skip-1"}, "buffer_paths": []}]
    page.selected = "encoder"
    assert (page.at, page.selected) == ("call-2", "encoder (call 2)")
    page.selected = ""
    assert page.at == ""


def test_python_is_told_what_the_reader_selects() -> None:
    page = resight.widget(shared())
    heard: list[tuple[str, str]] = []
    page.observe(lambda change: heard.append((change.old, change.new)), "selected")
    for at in ("call-1", "skip-0", "in-3", ""):
        page.set_state({"at": at})  # what a message of the front end does
        assert page.at == at
    assert heard == [
        ("", "encoder (call 1)"),
        ("encoder (call 1)", "skip 0"),
        ("skip 0", "encoder:conv2d (op 2)"),
        ("encoder:conv2d (op 2)", ""),
    ]


def test_what_is_not_there_can_not_be_selected() -> None:
    page = resight.widget(shared())
    page.selected = "skip 0"
    with pytest.raises(UserError, match="there is no 'encodr' to select; did you mean encoder"):
        page.selected = "encodr"
    assert (page.selected, page.at) == ("skip 0", "skip-0")


def test_a_module_may_be_called_like_a_skip() -> None:
    page = resight.widget(shared("skip 0"))
    page.set_state({"at": "call-1"})
    assert (page.selected, page.at) == ("skip 0 (call 1)", "call-1")
    page.selected = "skip 0"
    assert page.at == "skip-0"


def test_all_widgets_share_one_front_end_and_differ_in_what_they_are_told() -> None:
    one, other = resight.widget(residual()), resight.widget(shared(), depth=1, theme="dark")
    assert one._esm == other._esm
    assert "encoder" not in one._esm
    assert one.wire == resight.widget(residual()).wire
    told = json.loads(other.wire)
    assert set(told) == {"heading", "line", "caption", "payload", "view", "facts"}
    assert (told["view"]["depth"], told["view"]["theme"]) == (1, "dark")
    assert other.get_state(["wire", "at"]) == {"wire": other.wire, "at": ""}


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UserError, match="there is no option 'dept' for a picture; did you mean depth"):
        resight.widget(residual(), dept=1)


def test_hostile_names_can_be_sent() -> None:
    wire = resight.widget(shared(HOSTILE + "\ud800")).wire
    assert "</script>" not in wire
    assert json.loads(wire.encode())["payload"]["calls"][1]["path"].startswith("</script>")


def test_the_frame_runs_no_script_but_its_own() -> None:
    assert html.frame().count("<script") == html.frame().count("</script>") == 1
    assert text.xml("default-src 'none'; script-src 'sha256-") in html.frame()
    assert "begin" in joined_modules(("page/framed",))


# what is shown


def test_in_a_notebook_a_trace_is_its_page_and_for_others_its_picture(displayed: list[Any]) -> None:
    trace = residual()
    bundle, _ = trace._repr_mimebundle_()
    assert set(bundle) == {"text/plain", VIEW, "image/svg+xml"}
    assert bundle["image/svg+xml"] == trace._repr_svg_()
    assert bundle["text/plain"] == f"<Page of {trace!r}>"
    assert trace.show(depth=1) is None
    (shown,) = displayed
    assert json.loads(shown.wire)["view"]["depth"] == 1
    assert shown._repr_mimebundle_()[0]["image/svg+xml"] != trace._repr_svg_()


@pytest.mark.usefixtures("without_anywidget")
def test_without_anywidget_the_picture_is_shown(displayed: list[Any]) -> None:
    trace = residual()
    assert trace._repr_mimebundle_() == {}  # IPython adds the picture and the line itself
    trace.show(theme="dark")
    (shown,) = displayed
    assert isinstance(shown, widgets.Still)
    assert shown._repr_svg_() != trace._repr_svg_()
    assert repr(shown) == repr(trace)


@pytest.mark.usefixtures("without_anywidget")
def test_asking_for_a_widget_says_what_to_install() -> None:
    with pytest.raises(MissingExtra, match=r'needs the package anywidget; .*pip install "resight\[notebook\]"'):
        resight.widget(residual())


def test_a_terminal_makes_no_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = type("TerminalInteractiveShell", (), {})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=shell))
    assert residual()._repr_mimebundle_() == {}


def test_marimo_is_given_the_widget() -> None:
    shown = residual()._display_()
    assert shown._view_module == "anywidget"
    if importlib.util.find_spec("marimo"):
        import marimo

        assert marimo.ui.anywidget(shown).widget is shown


def test_the_function_is_not_hidden_by_its_room() -> None:
    import resight.widgets.page

    assert callable(resight.widget)


def test_a_notebook_keeps_the_page_and_the_picture(tmp_path: Any) -> None:
    residual().save(tmp_path / "net.json")
    lines = ["import resight", "trace = resight.load('net.json')", "trace"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("\n".join(lines))])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    (output,) = notebook.cells[0].outputs
    assert output.output_type == "execute_result"
    assert {"text/plain", "image/svg+xml", VIEW} <= set(output.data)
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    state = states[output.data[VIEW]["model_id"]]["state"]
    assert state["at"] == ""
    assert json.loads(state["wire"])["heading"] == "TwoBlocks"
