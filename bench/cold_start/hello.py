"""The measure: the smallest Flask function, behind the same adapter."""

from __future__ import annotations

from flask import Flask

from functions.web.api_gateway import serve_events

app = Flask(__name__)


@app.get("/")
def say_hello() -> str:
    return "hello"


handler = serve_events(app, "https://binh-yen.example")
