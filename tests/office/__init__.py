"""Files as an office program opens them: Word and XLSX by LibreOffice, without a screen."""
