"""The report as a Word file: real headings, repeated heads of tables, page numbers, A4.

Kept apart because it brings python-docx, which a serving process can do without until somebody asks for a report.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import docx
from docx.document import Document as File
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from portal.services.report.skm.document import Block, Chapter, Document, Paragraph, Points, Table

FONT: Final = "Arial"
_TEXT_WIDTH: Final = 16.0  # centimetres between the margins
_TWIPS: Final = 567  # in a centimetre
_WHOLE: Final = 16  # rows of a table that is kept on one page
_ROOM: Final = 680  # twips: the least height of a row that is written in by hand
_BLACK: Final = RGBColor(0, 0, 0)
_TAGS: Final = {"id": "id-ID", "en": "en-GB"}


def write_word(document: Document, *, written_at: datetime, crest: bytes | None = None) -> bytes:
    """Return the DOCX file; `crest` is a PNG for the letterhead."""
    file = docx.Document()
    _set_page(file)
    _set_styles(file, _TAGS[document.language])
    core = file.core_properties
    core.title, core.subject, core.author = f"{document.title}: {document.unit}", document.subtitle, document.unit
    core.language, core.comments = _TAGS[document.language], ""
    core.created = core.modified = written_at.replace(tzinfo=None)
    _letterhead(file, document, crest)
    for chapter in document.chapters:
        _chapter(file, chapter)
    _sign(file, document)
    for annex in document.annexes:
        _chapter(file, annex, new_page=True)
    _foot(file, document.footer)
    content = io.BytesIO()
    file.save(content)
    return content.getvalue()


def _set_page(file: File) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2.5)


def _set_styles(file: File, tag: str) -> None:
    for name, size, bold in (
        ("Normal", 11, False),
        ("Title", 14, True),
        ("Subtitle", 12, False),
        ("Heading 1", 14, True),
        ("Heading 2", 12, True),
        ("Caption", 10, True),
        ("List Bullet", 11, False),
        ("List Number", 11, False),
        ("Footer", 9, False),
    ):
        _set_style(file.styles[name], size, bold=bold)
    note = file.styles.add_style("Catatan", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = file.styles["Normal"]
    _set_style(note, 9, bold=False)
    for name, before, after in (("Heading 1", 18, 6), ("Heading 2", 12, 4), ("Caption", 8, 3), ("Catatan", 3, 6)):
        style = file.styles[name]
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.keep_with_next = name != "Catatan"
    file.styles["Normal"].paragraph_format.space_after = Pt(6)
    language = file.styles.element.find(".//" + qn("w:rPrDefault") + "//" + qn("w:lang"))
    if language is not None:
        language.set(qn("w:val"), tag)


def _set_style(style: Any, size: int, *, bold: bool) -> None:  # noqa: ANN401 - python-docx knows styles by name only
    assert isinstance(style, ParagraphStyle)  # noqa: S101 - narrows what the library leaves open
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = _BLACK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), FONT)


def _letterhead(file: File, document: Document, crest: bytes | None) -> None:
    if crest:
        picture = file.add_paragraph()
        picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
        picture.add_run().add_picture(io.BytesIO(crest), height=Cm(2.2))
    for text, size in ((document.government.upper(), 12), (document.unit.upper(), 14)):
        line = file.add_paragraph()
        line.alignment, line.paragraph_format.space_after = WD_ALIGN_PARAGRAPH.CENTER, Pt(0)
        run = line.add_run(text)
        run.bold, run.font.size = True, Pt(size)
    _rule_below(file.paragraphs[-1])
    title = file.add_paragraph(document.title.upper(), style="Title")
    title.alignment, title.paragraph_format.space_before = WD_ALIGN_PARAGRAPH.CENTER, Pt(18)
    _unrule(file.styles["Title"].element)
    for text in filter(None, (document.subtitle, document.as_of)):
        file.add_paragraph(text, style="Subtitle").alignment = WD_ALIGN_PARAGRAPH.CENTER
    if document.warning:
        warning = file.add_paragraph()
        warning.alignment = WD_ALIGN_PARAGRAPH.CENTER
        warning.add_run(document.warning).bold = True


def _rule_below(paragraph: Any) -> None:  # noqa: ANN401 - a paragraph of python-docx
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - the library has no borders of its own
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "double"), ("sz", "6"), ("space", "6"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _unrule(style: Any) -> None:  # noqa: ANN401 - an element of python-docx
    for borders in style.findall(".//" + qn("w:pBdr")):
        borders.getparent().remove(borders)


def _chapter(file: File, chapter: Chapter, *, new_page: bool = False) -> None:
    heading = file.add_heading(chapter.title, level=1)
    heading.paragraph_format.page_break_before = new_page
    for section in chapter.sections:
        if section.title:
            file.add_heading(section.title, level=2)
        for block in section.blocks:
            _block(file, block)


def _block(file: File, block: Block) -> None:
    match block:
        case Paragraph():
            line = file.add_paragraph(style="Catatan" if block.note else None)
            line.add_run(block.text).bold = block.strong or None
        case Points():
            _points(file, block)
        case Table():
            file.add_paragraph(block.caption, style="Caption")
            _table(file, block)
            file.add_paragraph(style="Catatan").paragraph_format.space_after = Pt(2)


def _points(file: File, points: Points) -> None:
    """Add a list; numbers are written out, because Word would go on counting from one list to the next."""
    for number, item in enumerate(points.items, start=1):
        if not points.numbered:
            file.add_paragraph(item, style="List Bullet")
            continue
        line = file.add_paragraph(f"{number}.\t{item}")
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Cm(0.8), Cm(-0.8)
        line.paragraph_format.tab_stops.add_tab_stop(Cm(0.8))


def _table(file: File, table: Table) -> None:
    """Add a table row by row as elements: with hundreds of rows the library's own cells take minutes."""
    made = file.add_table(rows=0, cols=len(table.heads), style="Table Grid")
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    share = _TEXT_WIDTH / sum(table.widths)
    widths = [round(width * share * _TWIPS) for width in table.widths]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width / _TWIPS)
    body = made._tbl  # noqa: SLF001 - see above
    size = 16 if table.dense else 18
    body.append(_row(table.heads, widths, table, size=size, head=True, strong=True))
    first_total = len(table.rows) - table.totals
    last = len(table.rows) - 1 if len(table.rows) <= _WHOLE else 0
    for number, cells in enumerate(table.rows):
        row = _row(cells, widths, table, size=size, strong=number >= first_total)
        if number < last:
            _keep_with_next(row)
        body.append(row)


def _keep_with_next(row: Any) -> None:  # noqa: ANN401 - an element of python-docx
    """Keep the row on the page of the next one, so that a short table is never torn."""
    for properties in row.iter(qn("w:pPr")):
        properties.insert(0, OxmlElement("w:keepNext"))


def _row(
    cells: Sequence[str], widths: Sequence[int], table: Table, *, size: int, head: bool = False, strong: bool = False
) -> Any:  # noqa: ANN401 - an element of python-docx
    row, properties = OxmlElement("w:tr"), OxmlElement("w:trPr")
    _add(properties, "w:cantSplit")
    if table.room and not head:
        _add(properties, "w:trHeight", val=_ROOM, hRule="atLeast")
    if head:
        _add(properties, "w:tblHeader")
    row.append(properties)
    for place, (text, width) in enumerate(zip(cells, widths, strict=True)):
        align = "right" if table.is_number(place) else "left"
        row.append(_cell(text, width, align="center" if table.dense else align, size=size, head=head, strong=strong))
    return row


def _cell(text: str, width: int, *, align: str, size: int, head: bool, strong: bool) -> Any:  # noqa: ANN401 - an element of python-docx
    cell, properties = OxmlElement("w:tc"), OxmlElement("w:tcPr")
    _add(properties, "w:tcW", w=width, type="dxa")
    if head:
        _add(properties, "w:shd", val="clear", color="auto", fill="E6ECF2")
    cell.append(properties)
    line, of_line, run, of_run = (OxmlElement(name) for name in ("w:p", "w:pPr", "w:r", "w:rPr"))
    if head:
        _add(of_line, "w:keepNext")
    _add(of_line, "w:spacing", before=20, after=20)
    _add(of_line, "w:jc", val=align)
    if strong:
        _add(of_run, "w:b")
    _add(of_run, "w:sz", val=size)
    words = OxmlElement("w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.extend([of_run, words])
    line.extend([of_line, run])
    cell.append(line)
    return cell


def _add(parent: Any, name: str, **attributes: object) -> None:  # noqa: ANN401 - an element of python-docx
    child = OxmlElement(name)
    for key, value in attributes.items():
        child.set(qn(f"w:{key}"), str(value))
    parent.append(child)


def _sign(file: File, document: Document) -> None:
    signature = document.signature
    lines = (signature.place, signature.office, "", "", "", signature.name, signature.number)
    for number, text in enumerate(lines):
        line = file.add_paragraph(text)
        line.paragraph_format.left_indent, line.paragraph_format.space_after = Cm(7.5), Pt(0)
        line.paragraph_format.space_before = Pt(24 if number == 0 else 0)
        line.paragraph_format.keep_with_next = number < len(lines) - 1
        line.paragraph_format.keep_together = True


def _foot(file: File, text: str) -> None:
    line = file.sections[0].footer.paragraphs[0]
    line.paragraph_format.tab_stops.add_tab_stop(Cm(_TEXT_WIDTH), alignment=2)
    line.add_run(f"{text}\t")
    _field(line, "PAGE")
    line.add_run(" / ")
    _field(line, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:  # noqa: ANN401 - a paragraph of python-docx
    for part in _field_parts(code):
        run = paragraph.add_run()
        run._r.append(part)  # noqa: SLF001 - the library knows no fields


def _field_parts(code: str) -> Iterable[Any]:
    for kind in ("begin", None, "end"):
        if kind is None:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = code
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        yield part
