"""The workbook by which offices keep their registry: its sheets, how cells are read, and what an import changes."""
