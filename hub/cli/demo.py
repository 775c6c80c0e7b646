"""hubctl demo."""

import typer

app = typer.Typer(no_args_is_help=True, help="Demo.")


@app.command()
def fault() -> None:
    """x"""
