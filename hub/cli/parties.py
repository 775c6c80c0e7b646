"""hubctl parties: every party behind every partner."""

import typer

from hub.cli import asking, output
from hub.cli.output import Column
from hub.cli.words import AsJson

app = typer.Typer(no_args_is_help=True, help="Parties: who is behind every partner.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every party in every role, and its HubClientInfo status.

    \b
    Example:
      hubctl parties list
    """
    rows = [{**one, "party": f"{one['country_code']}*{one['party_id']}"} for one in asking.ask("GET", "parties")]
    columns = (
        Column("PARTY", "party"),
        Column("ROLE", "role"),
        Column("STATUS", "status"),
        Column("PARTNER", "partner"),
        Column("NAME", "name"),
        Column("SINCE", "status_changed_at", output.ago),
    )
    output.show_list(rows, columns, as_json=as_json, empty="No parties yet.")
