"""`mygpt/`: a network that transformers' `save_pretrained` wrote, with its weights; no code of the folder is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from ...errors import MissingExtra
from .building import blamed_on, build_on
from .example import Example
from .from_transformers import offline, without_cache
from .preprocessing import Preprocessing, Size
from .spec import Spec
from .transformers_images import processor_preprocessing
from .transformers_inputs import make_inputs

LOCAL = {"local_files_only": True, "trust_remote_code": False}


class SavedModel:
    """The family that one folder is.

    Raises:
        UserError: its configuration is damaged, of no type transformers knows, or asks for code of its own.
        MissingExtra: transformers is not installed.
    """

    def __init__(self, path: str) -> None:
        try:
            import transformers
        except ModuleNotFoundError as error:
            raise MissingExtra("transformers", f"{path}, which it saved,", "transformers") from error
        self._library: Any = transformers
        self.spec = Spec(path, "", Path(path).resolve().name)
        self.weights = f"weights from {self.spec.name}"
        with offline(), blamed_on(f"transformers cannot read {path}"):
            self._config: Any = transformers.AutoConfig.from_pretrained(path, **LOCAL)
        without_cache(self._config)

    def default_device(self, spec: Spec) -> str:
        """`cpu`: there are weights to look at."""
        return "cpu"

    def build(self, spec: Spec, device: str) -> nn.Module:
        """The network of the class that was saved; on `meta` without its weights."""
        named: Any = getattr(self._library, next(iter(self._config.architectures or ()), ""), None)
        is_model = isinstance(named, type) and issubclass(named, self._library.PreTrainedModel)
        with offline(), blamed_on(f"transformers cannot load {spec.text}"):
            if device == "meta":
                door = named._from_config if is_model else self._library.AutoModel.from_config
                meta: nn.Module = build_on(device, lambda: door(self._config))
                return meta
            door = named if is_model else self._library.AutoModel
            return self._loaded(door, spec.text).to(device)

    def _loaded(self, door: Any, path: str) -> nn.Module:
        """Load without a bar of progress; the user's setting comes back after."""
        logging = self._library.utils.logging
        had_bar = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()
        try:
            loaded: nn.Module = door.from_pretrained(path, config=self._config, **LOCAL)
            return loaded
        finally:
            if had_bar:
                logging.enable_progress_bar()

    def example(self, model: nn.Module, spec: Spec, device: str) -> Example:
        """Inputs of the shapes the configuration speaks of."""
        with blamed_on(f"cannot guess the input of {spec.text}"):
            return make_inputs(model, self._config.model_type, device)

    def preprocessing(self, model: nn.Module, spec: Spec, size: Size) -> Preprocessing | None:
        """What the model type's image processor does, where it has one."""
        with offline():
            return processor_preprocessing(self._config.model_type, size)
