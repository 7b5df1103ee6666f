"""The manifest of a demo world: which world the data folder holds, and up to which day. It is what makes a rerun a no-op.

``generated_until`` is raised only when every file of the days before is in place; ``pending_until`` says what a run has set
out to do, so that a run after a crash knows whose files it finds and finishes them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from orchestration.generators.spec import GENERATOR_VERSION, WorldSpec


class WorldMismatchError(RuntimeError):
    """The data folder holds something else than the world asked for."""


@dataclass(frozen=True)
class Manifest:
    """What is in a data folder; the world of ``spec``, with days appended up to ``generated_until``."""

    spec: WorldSpec
    generated_until: date | None
    pending_until: date | None
    generator_version: int = GENERATOR_VERSION


def manifest_path(data_dir: Path) -> Path:
    """Where the manifest of a world lies."""
    return data_dir / "truth" / "world.json"


def read_manifest(data_dir: Path) -> Manifest | None:
    """The manifest of a data folder, or None where no world was begun."""
    path = manifest_path(data_dir)
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    spec = content["spec"]
    return Manifest(
        spec=WorldSpec(
            customers=spec["customers"],
            seed=spec["seed"],
            start_date=date.fromisoformat(spec["start_date"]),
            end_date=date.fromisoformat(spec["end_date"]),
        ),
        generated_until=_optional_date(content["generated_until"]),
        pending_until=_optional_date(content["pending_until"]),
        generator_version=content["generator_version"],
    )


def _optional_date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def write_manifest(data_dir: Path, manifest: Manifest) -> None:
    """Writes the manifest in one step."""
    path = manifest_path(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".json.tmp")
    temporary.write_text(json.dumps(asdict(manifest), indent=2, default=str) + "\n", encoding="utf-8")
    temporary.replace(path)


def check_same_world(data_dir: Path, manifest: Manifest, spec: WorldSpec) -> None:
    """Raises unless the folder holds (part of) the world of ``spec``, made by this version of the generator."""
    held = manifest.spec
    differences = [
        f"{name} {getattr(held, name)} instead of {getattr(spec, name)}"
        for name in ("customers", "seed", "start_date")
        if getattr(held, name) != getattr(spec, name)
    ]
    if manifest.generator_version != GENERATOR_VERSION:
        differences.append(f"generator version {manifest.generator_version} instead of {GENERATOR_VERSION}")
    if differences:
        raise WorldMismatchError(
            f"{data_dir} holds another demo world ({'; '.join(differences)}). "
            f"Remove {data_dir / 'landing'} and {data_dir / 'truth'} to make this one there, or choose another --data-dir."
        )


def check_folder_is_free(data_dir: Path) -> None:
    """Raises when the landing zone holds files although no world was begun there: they are somebody's data."""
    landing = data_dir / "landing"
    stranger = next((path for path in landing.rglob("*") if path.is_file() and path.name[0] != "."), None)
    if stranger is not None:
        raise WorldMismatchError(
            f"{landing} holds files that no demo world wrote (for example {stranger.relative_to(data_dir)}). "
            "Choose another --data-dir, or move them away."
        )
