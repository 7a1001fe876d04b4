"""take over: what the office wrote into the blocks of a report's Word document, kept with who and when."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.runs.drafts import write_draft_paper
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.statistics.texts import read_blocks
from nianbao.terms.personal import mask

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

    from nianbao.publish.docx.protected import BlockTag

GAP = "【待补写："


@dataclass(frozen=True)
class TakenOver:
    """A block that was taken over; `was` is what stood there before."""

    publication: str
    year: int
    block_id: str
    was: tuple[str, ...]
    now: tuple[str, ...]


def take_over(workspace: Workspace, path: Path, by: str) -> list[TakenOver]:
    """Keep the blocks of an edited draft that say something else than before; nothing else of it is read.

    Raises:
        UsageError: it is no report of ours, text outside of the blocks was changed (the paragraph is named), or a block
            is of a publication or place that is not declared.
    """
    word, blocks = _blocks(path)
    _refuse_other_text(workspace, word, path, blocks)
    taken = []
    for tag, texts in blocks.items():
        if (
            tag.publication not in workspace.project.publications
            or tag.block_id not in workspace.project.wordings.blocks
        ):
            raise UsageError(
                _("the block {block_id} of {publication} is not declared").format(
                    block_id=tag.block_id, publication=tag.publication
                ),
                str(path),
                _("see reports/blocks.toml"),
            )
        written = read_blocks(workspace.connection, tag.publication, tag.year).get(tag.block_id)
        was = written.paragraphs if written else ()
        now = () if len(texts) == 1 and texts[0].startswith(GAP) else tuple(map(mask, texts))
        if now != was:
            taken.append(TakenOver(tag.publication, tag.year, tag.block_id, was, now))
    if taken:
        moment, actor = clock.now(), mask(by)
        rows = [
            {
                "publication": each.publication, "year": each.year, "block_id": each.block_id, "number": number,
                "text": text, "written_by": actor, "written_at": moment,
            }
            for each in taken
            for number, text in enumerate(each.now or ("",), start=1)
        ]  # fmt: skip
        summary = {"blocks": [f"{each.publication}/{each.year}/{each.block_id}" for each in taken]}
        record_run(workspace, Doing("take_over", actor=actor, summary=summary), {"block": rows})
    return taken


def _blocks(path: Path) -> tuple[WordDocument, dict[BlockTag, tuple[str, ...]]]:
    import docx

    from nianbao.publish.docx.protected import blocks_of

    try:
        word = docx.Document(str(path))
    except Exception as error:  # the library raises whatever a broken package makes it stumble over
        raise UsageError(_("this is no Word document (.docx)"), str(path), _("save it as .docx")) from error
    blocks = dict(blocks_of(word))
    if not blocks:
        raise UsageError(
            _("no block of a report is in this document"),
            str(path),
            _("edit the Word document that nianbao draft writes"),
        )
    return word, blocks


def _refuse_other_text(
    workspace: Workspace, word: WordDocument, path: Path, blocks: dict[BlockTag, tuple[str, ...]]
) -> None:
    """A document whose sealed text was changed is refused; the seal is that of the draft it was made from."""
    import docx

    from nianbao.publish.docx.protected import SEAL, hash_of, protected_paragraphs

    own = protected_paragraphs(word)
    if word.core_properties.identifier == SEAL + hash_of(own):
        return
    tag = next(iter(blocks))
    with TemporaryDirectory(prefix="nianbao-") as folder:
        draft = write_draft_paper(workspace, tag.publication, tag.year, Path(folder))
        expected = protected_paragraphs(docx.Document(str(draft)))
    if own == expected:
        return  # a program that dropped the seal and kept every word
    changed = next((text for text in own if text not in set(expected)), "")
    gone = next((text for text in expected if text not in set(own)), "")
    said = (
        _("“{changed}” is not the report's").format(changed=changed[:60])
        if changed
        else _("“{gone}” is gone").format(gone=gone[:60])
    )
    raise UsageError(
        _("text outside of the office's blocks was changed: {said}").format(said=said),
        str(path),
        _(
            "put your words into the blocks of the newest draft (nianbao draft); a figure or a "
            "quoted text is corrected by its unit"
        ),
    )
