"""A council's register file becomes electorate rows."""
