"""The pages of the hub of a demonstration: their addresses, and a browser that opens the first, where a person has one."""

import os
import sys
import webbrowser

from hub.demo.stage import Stage
from hub.demo.tries import Show

_SHOWS_WIDTH = 30


async def show_pages(stage: Stage, show: Show) -> None:
    """Print where the pages are, each signed in, and open the operations page if that is wanted."""
    url, emsp = stage.page_url(), stage.emsps[0].player
    app = await stage.ask("POST", "apps", body={"name": f"An app of {emsp.name}", "emsp": str(emsp.party)})
    show("")
    show("Look, in a browser:")
    show(f"  {'the operations page':<{_SHOWS_WIDTH}}  {url}")
    show(f"  {'for developers of apps':<{_SHOWS_WIDTH}}  {stage.url}/docs/#token={app['token']}")
    show(f"  {'for the requests copied there':<{_SHOWS_WIDTH}}  export TOKEN={app['token']}")
    if stage.options.browser and _has_screen():
        webbrowser.open(url)


def _has_screen() -> bool:
    """On Linux without a display a text browser would take the terminal."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
