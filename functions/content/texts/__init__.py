"""Pages as text: one changed value changes one line, and an edited body keeps its other lines."""
