"""Colours of the pictures that are saved as files. Those of the page follow its style sheet: see `canvas`."""

PAPER, INK, MUTED, GRID = "#fcfcfb", "#191917", "#5d5c57", "#e4e3de"
COLORS = ("#2a78d6", "#d9592c", "#1a8f68", "#b97800", "#c2417a", "#4a3aa7", "#00808c", "#767570")
DPI = 150
